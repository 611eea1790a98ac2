from django.apps import AppConfig


class Letters(AppConfig):
    name = "accounts.letters"
    label = "letters"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from accounts.sign_in.registry import Way, register_ways

        from .access import kinds_for

        way = Way("letters:queue", _("Letters to print"), _("Letters that wait, and those printed last."))
        register_ways(lambda capacity, at: [way] if kinds_for(capacity, at) else [])
