"""Correcting what a file says of a member."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.audit.operations import record
from accounts.registration.rules import folded
from accounts.vocabulary import Actor

from ..models import Channel, Correction, Member
from ..vocabulary import ChannelKind, Fact, Verb
from .locks import keep_files_away
from .registration import SENT_TO, end_activation_sent_to


@transaction.atomic
def correct(*, member: Member, fact: Fact, value: str, by: Actor, at: datetime) -> None:
    """From now on the fact is this, and no file changes it until one says the same. ``value`` is as files have it: a
    date is 1979-04-03, the lines of an address are apart by ends of lines. Whoever calls has seen that it can be so.
    Raises EnrolmentIsRead."""
    keep_files_away()
    if fact.value in SENT_TO:
        end_activation_sent_to(ChannelKind(fact), member=member.pk, by=by, at=at)
    locked = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    corrected = {"value": value, "corrected_at": at}
    Correction.objects.update_or_create(
        member=locked, fact=fact, defaults=corrected, create_defaults=corrected | {"before": now_on_file(locked, fact)}
    )
    if fact.value in ChannelKind.values:
        Channel.objects.filter(member=locked, kind=fact).delete()
        if value:
            day = timezone.localdate(at)
            Channel.objects.create(member=locked, kind=fact, value=value, source=locked.source, since=day)
    else:
        setattr(locked, fact, parse_date(value) if fact == Fact.BIRTH_DATE else value)
        locked.last_key = folded(locked.last_name)
        locked.save(update_fields=[fact, "last_key"])
    record(verb=Verb.CORRECTED, by=by, at=at, subject=f"member:{locked.pk}", fields=[fact])


def now_on_file(member: Member, fact: Fact) -> str:
    if fact.value in ChannelKind.values:
        return member.channels.filter(kind=fact).values_list("value", flat=True).first() or ""
    return str(getattr(member, fact))
