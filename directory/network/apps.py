from django.apps import AppConfig


class Network(AppConfig):
    name = "directory.network"
    label = "network"
