from django.apps import AppConfig


class Search(AppConfig):
    name = "directory.search"
    label = "search"
