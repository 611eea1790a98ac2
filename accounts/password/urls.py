from django.urls import path

from . import views

app_name = "password"
urlpatterns = [
    path("account/settings/change-password/", views.change, name="change"),
    path("account/password-reset/", views.ask, name="ask"),
    path("account/password-reset/code/", views.code, name="code"),
    path("account/password-reset/new/", views.new, name="new"),
    path("account/password-reset/done/", views.done, name="done"),
]
