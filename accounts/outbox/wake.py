"""Telling the workers that there is something to hand over.

Only a wake-up: the message is in the table, and a sweep finds it within a minute. So whatever becomes of this, the
person whose request it is never waits for it, and never hears of it.
"""

import logging
import time
from functools import cache
from typing import Any

import celery
from django.conf import settings
from django.db import connection, transaction

log = logging.getLogger(__name__)

TASK = "accounts.outbox.tasks.deliver"
STALE_SECONDS = 60
"""By then the sweep has done what this asks for."""

PATIENCE_SECONDS = 0.5
"""How long a request waits for a broker that takes the call and says nothing. One that is gone is noticed at once."""

ONCE_MORE = {"max_retries": 1, "interval_start": 0, "interval_step": 0}
"""A connection that was kept may be gone while the broker is there."""

SILENT_SECONDS = 30
"""A broker that did not answer is not asked again for so long, by this process."""


@cache
def publisher() -> Any:
    """Celery as the settings have it, to publish with; the workers' own is ``portal.config.celery``."""
    app = celery.Celery("tessera", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_connection_timeout = PATIENCE_SECONDS
    app.conf.broker_transport_options = dict(ONCE_MORE)
    if settings.CELERY_BROKER_URL.startswith("redis"):
        limits = dict.fromkeys(("socket_timeout", "socket_connect_timeout"), PATIENCE_SECONDS)
        app.conf.broker_transport_options |= limits
    return app


class Waking:
    silent_until = 0.0

    def wake(self) -> None:
        if time.monotonic() < self.silent_until:
            return
        try:
            publisher().send_task(TASK, expires=STALE_SECONDS, retry_policy=ONCE_MORE, ignore_result=True)
        except Exception:
            self.silent_until = time.monotonic() + SILENT_SECONDS
            log.warning("the broker did not take a wake-up", exc_info=True)


WAKE = Waking().wake


def wake_after_commit() -> None:
    """Once after the transaction commits, however many messages it leaves."""
    if settings.CELERY_BROKER_URL and not any(entry[1] == WAKE for entry in connection.run_on_commit):
        transaction.on_commit(WAKE, robust=True)
