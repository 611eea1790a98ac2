from django.apps import AppConfig


class SignIn(AppConfig):
    name = "accounts.sign_in"
    label = "sign_in"

    def ready(self) -> None:
        from accounts.outbox.registry import register_kind

        from .access import composed
        from .vocabulary import Notice

        for notice in Notice:
            register_kind(name=notice, once=False, compose=composed(notice))
