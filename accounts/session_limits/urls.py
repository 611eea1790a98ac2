from django.urls import path

from . import views

app_name = "session_limits"

urlpatterns = [
    path("account/stay/", views.stay, name="stay"),
    path("account/stay/left/", views.left, name="left"),
]
