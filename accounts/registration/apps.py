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
        from .operations import compose_letter, compose_mail, compose_notice, compose_notice_letter
        from .vocabulary import APPLICANT, CONVERSATION, MAIL, NOTICE, PRINTED_BY, letter_kind, notice_letter_kind

        keep_through_sign_in(CONVERSATION)
        register_recipient(prefix=APPLICANT, mailbox_of=mailbox_of_applicant)
        register_kind(name=MAIL, once=False, compose=compose_mail)
        register_kind(name=NOTICE, once=False, compose=compose_notice)
        for capacity, job in PRINTED_BY.items():
            for name, letter, compose in (
                (letter_kind(capacity), _("Activation ID"), compose_letter),
                (notice_letter_kind(capacity), _("Notice that an activation ID was used"), compose_notice_letter),
            ):
                label = format_lazy("{letter}: {capacity}", letter=letter, capacity=capacity.label)
                register_letter(name=name, label=label, job=job, compose=compose)
