from django.urls import path

from . import views

app_name = "email"

urlpatterns = [
    path("account/settings/email/", views.show, name="show"),
    path("account/settings/email/new/", views.new, name="new"),
    path("account/settings/email/code/", views.code, name="code"),
    path("account/settings/email/old/", views.ask_old, name="ask_old"),
    path("account/settings/email/stop/", views.stop, name="stop"),
]
