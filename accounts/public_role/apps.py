from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate

from . import checks, grants


def keep_grants(sender: AppConfig, using: str, **_: Any) -> None:
    """After every `migrate` the public role reads exactly what the models publish."""
    grants.sync(using)


class PublicRole(AppConfig):
    name = "accounts.public_role"
    label = "public_role"

    def ready(self) -> None:
        # Django sends the signal for apps with models only, and after all of them were migrated:
        # any one will do.
        post_migrate.connect(keep_grants, sender=apps.get_app_config("accounts"))
        register(checks.server_fits, Tags.database)
        register(checks.role_can_be_taken, Tags.database)
        register(checks.log_keeps_no_values, Tags.database, deploy=True)
        register(checks.application_owns_no_table, Tags.database, deploy=True)
