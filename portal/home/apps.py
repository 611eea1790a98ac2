from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Home(AppConfig):
    name = "portal.home"
    label = "home"

    def ready(self) -> None:
        from accounts.sign_in.registry import Way, register_home, register_ways
        from accounts.vocabulary import CapacityKind

        register_home(kind=CapacityKind.MEMBER, name="home:member")
        plan = Way("home:member", _("Your plan"), _("What covers you, and what you can do here."))
        register_ways(lambda capacity, at: [plan] if capacity.kind == CapacityKind.MEMBER else [])
