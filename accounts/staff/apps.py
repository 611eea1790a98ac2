from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Staff(AppConfig):
    name = "accounts.staff"
    label = "staff"

    def ready(self) -> None:
        from accounts.outbox.registry import register_kind, register_recipient
        from accounts.registration.registry import register_subject
        from accounts.sign_in.registry import Way, register_ways
        from accounts.vocabulary import CapacityKind

        from .access import NOTICES, describe, is_administrator, is_asked, mailbox_of
        from .operations import redeem
        from .vocabulary import KIND

        register_recipient(prefix=KIND, mailbox_of=mailbox_of)
        register_subject(kind=KIND, capacity=CapacityKind.STAFF, describe=describe, redeem=redeem)
        for notice, compose in NOTICES.items():
            register_kind(name=notice, once=False, compose=compose)
        people = Way("staff:people", _("People who work here"), _("Who has which job, and who comes and leaves."))
        okays = Way("staff:okays", _("Requests for your yes"), _("Somebody who reports to you lost their second step."))
        register_ways(lambda capacity, at: [people] if is_administrator(capacity, at) else [])
        register_ways(lambda capacity, at: [okays] if is_asked(capacity, at) else [])
