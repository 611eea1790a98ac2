from functools import partial
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Publication(AppConfig):
    name = "directory.publication"
    label = "publication"

    def ready(self) -> None:
        from .operations import FUNCTIONS, install_functions

        install = partial(install_functions, schema="publication", folder=FUNCTIONS, public=False)

        def after_migrate(using: str, **kwargs: Any) -> None:
            install(using=using)

        post_migrate.connect(after_migrate, sender=self, weak=False)
