from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MemberRelations(AppConfig):
    name = "portal.member_relations"
    label = "member_relations"

    def ready(self) -> None:
        from accounts.outbox.registry import register_household, register_kind, register_recipient
        from accounts.sign_in.registry import Way, register_ways
        from portal.members.vocabulary import MEMBER

        from .access import composed, is_own_record, mailbox_before, sits_at_the_desk
        from .vocabulary import BEFORE, Notice

        register_household(prefix=MEMBER, is_own=is_own_record)
        register_recipient(prefix=BEFORE, mailbox_of=mailbox_before)
        for notice in Notice:
            register_kind(name=notice, once=False, compose=composed(notice))
        way = Way("member_relations:find", _("Help a caller"), _("See who is calling, and help with their account."))
        register_ways(lambda capacity, at: [way] if sits_at_the_desk(capacity, at) else [])
