from django.apps import AppConfig


class Staff(AppConfig):
    name = "accounts.staff"
    label = "staff"
