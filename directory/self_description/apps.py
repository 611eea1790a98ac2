from django.apps import AppConfig


class SelfDescription(AppConfig):
    name = "directory.self_description"
    label = "self_description"
