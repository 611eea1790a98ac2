from django.apps import AppConfig


class Outbox(AppConfig):
    name = "accounts.outbox"
    label = "outbox"

    def ready(self) -> None:
        from .access import mailbox_of_user
        from .registry import register_recipient

        register_recipient(prefix="user", mailbox_of=mailbox_of_user)
