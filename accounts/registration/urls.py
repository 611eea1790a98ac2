from django.urls import path

from . import views

app_name = "registration"

urlpatterns = [
    path("account/register/activation/", views.enter, name="enter"),
    path("account/register/activation/account/", views.account, name="account"),
    path("account/register/activation/add/", views.add, name="add"),
    path("account/register/activation/new/", views.new, name="new"),
    path("account/register/activation/code/", views.code, name="code"),
    path("account/register/activation/password/", views.password, name="password"),
    path("account/register/activation/done/", views.done, name="done"),
]
