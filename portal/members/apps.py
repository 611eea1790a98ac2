from django.apps import AppConfig


class Members(AppConfig):
    name = "portal.members"
    label = "members"
