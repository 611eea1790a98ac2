from django.apps import AppConfig

LEASE_SECONDS = 2


class Kinds(AppConfig):
    """In a worker that tests start: it knows their kinds of message, and its leases end soon."""

    name = "tests.accounts.outbox"
    label = "outbox_tests"

    def ready(self) -> None:
        from accounts.outbox import operations
        from accounts.outbox.registry import register_kind

        from .kinds import compose_code, compose_notice

        operations.LEASE_SECONDS = LEASE_SECONDS
        register_kind(name="test-notice", once=False, compose=compose_notice)
        register_kind(name="test-code", once=True, compose=compose_code)
