from django.apps import AppConfig


class EmailChange(AppConfig):
    name = "accounts.email_change"
    label = "email_change"

    def ready(self) -> None:
        from accounts.outbox.registry import register_kind, register_recipient
        from accounts.password.registry import on_new_password

        from . import operations
        from .access import former_mailbox, new_mailbox
        from .vocabulary import FORMER, NEW, Notice

        register_recipient(prefix=NEW, mailbox_of=new_mailbox)
        register_recipient(prefix=FORMER, mailbox_of=former_mailbox)
        register_kind(name=Notice.WAITS, once=False, compose=operations.compose_waits)
        register_kind(name=Notice.STOPPED, once=False, compose=operations.compose_stopped)
        register_kind(name=Notice.DONE, once=False, compose=operations.compose_done)
        on_new_password(operations.stop_for_new_password)
