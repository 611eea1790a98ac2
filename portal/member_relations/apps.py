from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MemberRelations(AppConfig):
    name = "portal.member_relations"
    label = "member_relations"

    def ready(self) -> None:
        from accounts.outbox.registry import (
            register_household,
            register_kind,
            register_letter,
            register_recipient,
        )
        from accounts.sign_in.registry import Way, register_ways
        from accounts.vocabulary import Job
        from portal.members.vocabulary import MEMBER

        from . import access
        from .vocabulary import BEFORE, Notice

        register_household(prefix=MEMBER, is_own=access.is_own_record)
        register_household(prefix=BEFORE, is_own=access.is_own_call)
        register_recipient(prefix=BEFORE, mailbox_of=access.mailbox_before, envelope_of=access.envelope_before)
        for notice in Notice:
            register_kind(name=notice, once=False, compose=access.composed(notice))
        register_letter(
            name=Notice.CORRECTED,
            label=_("Notice that something on file was corrected"),
            job=Job.MEMBER_RELATIONS,
            compose=access.compose_corrected_letter,
        )
        way = Way("member_relations:find", _("Help a caller"), _("See who is calling, and help with their account."))
        register_ways(lambda capacity, at: [way] if access.sits_at_the_desk(capacity, at) else [])
