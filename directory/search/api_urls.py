from django.urls import path

from . import (
    api,
    converters,  # noqa: F401 (registers the NPI and the state of addresses)
)

app_name = "api"

urlpatterns = [
    path("v1/clinicians/", api.clinicians, name="clinicians"),
    path("v1/clinicians/<npi:npi>/", api.clinician, name="clinician"),
    path("v1/places/", api.places, name="places"),
    path("v1/places/<place:number>/", api.place, name="place"),
    path("v1/directory/<state:state>.ndjson.gz", api.state_clinicians, name="state_clinicians"),
    path("v1/directory/<state:state>.providers.json.gz", api.state_providers, name="state_providers"),
    path("schema/", api.schema, name="schema"),
]
