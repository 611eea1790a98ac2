from django.urls import path

from . import views

app_name = "members"

urlpatterns = [
    path("account/register/", views.register, name="register"),
    path("account/register/asked/", views.asked, name="asked"),
    path("member/profile/", views.profile, name="profile"),
]
