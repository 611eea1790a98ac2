from django.urls import path

from . import views

app_name = "demo"

urlpatterns = [
    path("demo/mail/", views.mails, name="mails"),
    path("demo/mail/<uuid:mail>/", views.as_it_looks, name="mail"),
    path("demo/authenticator/", views.authenticator, name="authenticator"),
]
