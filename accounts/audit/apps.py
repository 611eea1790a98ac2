from django.apps import AppConfig


class Audit(AppConfig):
    name = "accounts.audit"
    label = "audit"
