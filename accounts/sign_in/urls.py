"""Addresses under `/account/`. Those that django-allauth asks for by name have its names."""

from django.urls import include, path

from .views import proving, second_factors, settings, signing

ours = [
    path("account/", settings.account, name="account"),
    path("account/capacity/", settings.capacity, name="capacity"),
    path("account/settings/", settings.overview, name="settings"),
    path("account/settings/second-factor/app/", second_factors.add_app, name="app"),
    path("account/settings/second-factor/passkey/", second_factors.add_passkey, name="passkey"),
    path("account/settings/second-factor/recovery-codes/", second_factors.recovery_codes, name="recovery_codes"),
    path("account/settings/second-factor/keep/", second_factors.keep, name="keep"),
    path("account/settings/second-factor/<int:number>/remove/", second_factors.remove_second_factor, name="remove"),
    path("account/settings/where-signed-in/", settings.sessions, name="sessions"),
    path("account/settings/language/", settings.language, name="language"),
    path("account/sign-in/passkey/", signing.sign_in_with_passkey, name="with_passkey"),
]

urlpatterns = [
    path("account/sign-in/", signing.sign_in, name="account_login"),
    path("account/sign-in/second-factor/", signing.second_factor, name="mfa_authenticate"),
    path("account/sign-out/", signing.sign_out, name="account_logout"),
    path("account/again/", proving.again, name="account_reauthenticate"),
    path("account/again/second-factor/", proving.second_factor_again, name="mfa_reauthenticate"),
    path("account/settings/second-factor/", second_factors.overview, name="mfa_index"),
    path("", include((ours, "sign_in"))),
]
