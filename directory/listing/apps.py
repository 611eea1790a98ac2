from functools import partial
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Listing(AppConfig):
    name = "directory.listing"
    label = "listing"

    def ready(self) -> None:
        from .operations import install_functions

        folder = Path(__file__).parent / "sql"
        install = partial(install_functions, schema="listing", folder=folder, public=True)

        def after_migrate(using: str, **kwargs: Any) -> None:
            install(using=using)

        post_migrate.connect(after_migrate, sender=self, weak=False)
