from django.apps import AppConfig


class Password(AppConfig):
    name = "accounts.password"
    label = "password"

    def ready(self) -> None:
        from accounts.outbox.registry import register_kind

        from .operations import compose_notice
        from .vocabulary import NOTICE

        register_kind(name=NOTICE, once=False, compose=compose_notice)
