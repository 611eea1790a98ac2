"""What runs by the clock, in the plan's time zone. Tasks are named by string; each may be run twice, and late."""

from typing import Any

from celery.schedules import crontab

A_MINUTE = 60.0


def at_two(minute: int) -> crontab:
    """Every night, when few are here."""
    return crontab(hour="2", minute=str(minute))


SCHEDULE: dict[str, dict[str, Any]] = {
    "hand over what a lost wake-up left": {"task": "accounts.outbox.tasks.deliver", "schedule": A_MINUTE},
    "make true an email that nobody stopped": {"task": "accounts.email_change.tasks.settle", "schedule": A_MINUTE},
    "remove second steps that a caller lost": {"task": "accounts.sign_in.tasks.settle", "schedule": A_MINUTE},
    "seal what a killed process left": {"task": "accounts.audit.tasks.seal_recent", "schedule": A_MINUTE},
    "let go whose last post is over": {"task": "accounts.staff.tasks.leave_without_posts", "schedule": at_two(5)},
    "seal what a long transaction left": {"task": "accounts.audit.tasks.seal_all", "schedule": at_two(10)},
    "forget messages settled long ago": {"task": "accounts.outbox.tasks.purge", "schedule": at_two(20)},
    "forget codes that nobody waits for": {"task": "accounts.codes.tasks.purge", "schedule": at_two(30)},
    "forget guesses that came back": {"task": "accounts.sign_in.tasks.purge", "schedule": at_two(50)},
    "forget activation IDs that are over": {"task": "accounts.registration.tasks.purge", "schedule": at_two(55)},
    "forget calls of long ago": {"task": "portal.member_relations.tasks.purge", "schedule": at_two(57)},
    "forget sessions that ended": {"task": "accounts.tasks.purge_sessions", "schedule": at_two(40)},
    "forget requests to register of long ago": {"task": "portal.members.tasks.purge", "schedule": at_two(55)},
}
for entry in SCHEDULE.values():
    # While no worker runs, what comes every minute does not pile up.
    entry["options"] = {"expires": A_MINUTE if entry["schedule"] == A_MINUTE else 12 * 60 * A_MINUTE}
