from django.apps import AppConfig


class Intake(AppConfig):
    name = "directory.intake"
    label = "intake"
