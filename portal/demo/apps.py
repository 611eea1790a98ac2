from django.apps import AppConfig


class Demo(AppConfig):
    name = "portal.demo"
    label = "demo"
