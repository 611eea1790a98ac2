from django.apps import AppConfig


class Members(AppConfig):
    name = "portal.members"
    label = "members"

    def ready(self) -> None:
        from accounts.outbox.registry import register_kind, register_recipient
        from accounts.password.registry import register_personal_words
        from accounts.registration.registry import register_subject
        from accounts.vocabulary import CapacityKind

        from .access import describe, envelope_of_member, mailbox_of_member, mailbox_of_request, personal_words
        from .operations.registration import compose_asked, redeem
        from .vocabulary import ASKED, MEMBER, REQUEST

        register_recipient(prefix=MEMBER, mailbox_of=mailbox_of_member, envelope_of=envelope_of_member)
        register_recipient(prefix=REQUEST, mailbox_of=mailbox_of_request)
        register_kind(name=ASKED, once=False, compose=compose_asked)
        register_subject(kind=MEMBER, capacity=CapacityKind.MEMBER, describe=describe, redeem=redeem)
        register_personal_words(personal_words)
