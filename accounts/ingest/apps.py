from django.apps import AppConfig


class Ingest(AppConfig):
    name = "accounts.ingest"
    label = "ingest"
