from django.urls import path

from . import views

app_name = "letters"

urlpatterns = [
    path("staff/letters/", views.queue, name="queue"),
    path("staff/letters/<uuid:letter>/<int:printing>/", views.on_paper, name="on_paper"),
]
