from django.apps import AppConfig


class CodeSets(AppConfig):
    name = "directory.code_sets"
    label = "code_sets"
