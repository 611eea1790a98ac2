"""Ending what an account is for a member: because somebody else registered, or with the record, because the member ID
is somebody else's now."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.audit.operations import record
from accounts.models import Capacity
from accounts.operations import close_capacities
from accounts.registration.operations import end_open, one_at_a_time
from accounts.vocabulary import Actor

from ..errors import NobodyOnFile
from ..models import Member
from ..rules import member_key, person_key
from ..vocabulary import MEMBER, Verb
from .locks import keep_files_away


@transaction.atomic(durable=True)
def end_registration(*, source: str, member_id: str, person_number: str, by: Actor, at: datetime) -> None:
    """Somebody registered as the member who was not: no account stands for the member, and no activation ID is on its
    way. The record stays, and the member can register. Raises NobodyOnFile."""
    found = on_file(source, member_id, person_number)
    end_access(found, by=by, at=at)
    record(verb=Verb.REGISTRATION_ENDED, by=by, at=at, subject=f"{MEMBER}:{found.pk}")


@transaction.atomic(durable=True)
def retire_member(*, source: str, member_id: str, person_number: str, by: Actor, at: datetime) -> None:
    """The record stands for nobody here any more: no account, no activation ID, no coverage from today on, and no card
    leads to it. What the source says of this ID from now on makes a new record. Raises NobodyOnFile, and
    EnrolmentIsRead."""
    keep_files_away()
    found = on_file(source, member_id, person_number)
    end_access(found, by=by, at=at)
    found.corrections.all().delete()
    today = timezone.localdate(at)
    found.coverages.filter(starts_on__gte=today).delete()
    found.coverages.filter(Q(ends_on=None) | Q(ends_on__gte=today)).update(ends_on=today - timedelta(days=1))
    # With the dashes of a UUID: nothing that people type, and nothing of a file, is such a key.
    Member.objects.filter(pk=found.pk).update(member_key=str(found.pk), retired_at=at)
    record(verb=Verb.RETIRED, by=by, at=at, subject=f"{MEMBER}:{found.pk}")


def on_file(source: str, member_id: str, person_number: str) -> Member:
    """Whose card of this source it is, in any spelling. Raises NobodyOnFile."""
    card = {"member_key": member_key(member_id), "person_number": person_key(person_number)}
    found = Member.objects.filter(source=source, **card).first()
    if found is None:
        raise NobodyOnFile
    return found


def end_access(member: Member, *, by: Actor, at: datetime) -> None:
    one_at_a_time(f"{MEMBER}:{member.pk}")
    end_open(kind=MEMBER, subject=member.pk, by=by, at=at)
    held = Capacity.objects.live(at).filter(of_member__member=member)
    close_capacities(capacities=list(held.values_list("pk", flat=True)), by=by, at=at)
