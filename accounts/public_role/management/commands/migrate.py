from typing import Any

from django.core.management.commands import migrate

from accounts.public_role.application import let_in
from accounts.public_role.commands import OwnersCommand


class Command(OwnersCommand, migrate.Command):
    """Django's own, by the owner of the tables; then the application's login has its rights on them."""

    def handle(self, *args: Any, **options: Any) -> None:
        let_in()  # on whatever is made from here on
        super().handle(*args, **options)
        let_in()
