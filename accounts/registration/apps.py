from django.apps import AppConfig
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


class Registration(AppConfig):
    name = "accounts.registration"
    label = "registration"

    def ready(self) -> None:
        from accounts.outbox.registry import register_kind, register_letter, register_recipient
        from accounts.sign_in.registry import keep_through_sign_in

        from .access import mailbox_of_applicant
        from .operations import compose_letter, compose_mail, compose_notice
        from .vocabulary import APPLICANT, CONVERSATION, MAIL, NOTICE, PRINTED_BY, letter_kind

        keep_through_sign_in(CONVERSATION)
        register_recipient(prefix=APPLICANT, mailbox_of=mailbox_of_applicant)
        register_kind(name=MAIL, once=False, compose=compose_mail)
        register_kind(name=NOTICE, once=False, compose=compose_notice)
        for capacity, job in PRINTED_BY.items():
            label = format_lazy("{letter}: {capacity}", letter=_("Activation ID"), capacity=capacity.label)
            register_letter(name=letter_kind(capacity), label=label, job=job, compose=compose_letter)
