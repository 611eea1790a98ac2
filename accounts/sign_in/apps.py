from django.apps import AppConfig


class SignIn(AppConfig):
    name = "accounts.sign_in"
    label = "sign_in"

    def ready(self) -> None:
        from accounts.outbox.registry import register_kind

        from .access import compose_loss, composed
        from .vocabulary import Notice

        for notice in Notice:
            compose = compose_loss if notice == Notice.LOSS_REPORTED else composed(notice)
            register_kind(name=notice, once=False, compose=compose)
