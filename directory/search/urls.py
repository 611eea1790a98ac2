from django.urls import path

from . import (
    converters,  # noqa: F401 (registers the NPI of addresses)
    views,
)
from .vocabulary import PLACES

app_name = "search"

urlpatterns = [
    path("find-care/", views.results, name="results"),
    path("find-care.csv", views.as_file, name="csv"),
    path("find-care/print/", views.to_print, name="print"),
    path("find-care/zip/", views.nearest_zip, name="zip"),
    path("find-care/places/", views.results, {"of": PLACES}, name="places"),
    path("find-care/places.csv", views.as_file, {"of": PLACES}, name="places_csv"),
    path("find-care/places/print/", views.to_print, {"of": PLACES}, name="places_print"),
    path("find-care/places/<place:number>/", views.place, name="place"),
    path("find-care/clinicians/<npi:npi>/", views.clinician, name="clinician"),
]
