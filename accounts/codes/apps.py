from django.apps import AppConfig


class Codes(AppConfig):
    name = "accounts.codes"
    label = "codes"

    def ready(self) -> None:
        from accounts.outbox.registry import register_kind, register_recipient

        from .operations import compose
        from .vocabulary import KIND, NOBODY

        register_kind(name=KIND, once=True, compose=compose)
        register_recipient(prefix=NOBODY, mailbox_of=lambda _: None)
