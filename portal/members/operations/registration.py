"""Registering as a member: asked by anybody, decided off the request, and done with an activation ID.

Whether what was typed is a member's must not show in what the database is asked. So a request writes one row and one
message, whatever was typed; who gets a mail, a letter, a notice or nothing is decided as that message is made.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from accounts.audit.operations import record
from accounts.models import Capacity
from accounts.outbox import operations as outbox
from accounts.outbox.vocabulary import Mail, Mailbox, Subject
from accounts.registration.errors import CannotIssue, SubjectTaken
from accounts.registration.models import Activation
from accounts.registration.operations import end_open, issue, one_at_a_time
from accounts.registration.rules import folded
from accounts.registration.vocabulary import Channel
from accounts.sign_in.operations import spend_guess
from accounts.vocabulary import Actor, program

from ..access import account_of, describe, email_of
from ..errors import AskedTooOften
from ..models import Member, MemberCapacity, RegistrationRequest
from ..rules import member_key, person_key
from ..vocabulary import (
    ASKED,
    ASKS_OF_A_CARD,
    ASKS_OF_AN_ORIGIN,
    HOURS_PER_ASK_OF_A_CARD,
    LETTER_AGAIN_DAYS,
    MAIL_AGAIN_MINUTES,
    MEMBER,
    MINUTES_PER_ASK_OF_AN_ORIGIN,
    NOTICE_AGAIN_DAYS,
    REQUEST,
    REQUESTS_KEPT_DAYS,
    ChannelKind,
    Verb,
)

MEMBERS = program("members")


@transaction.atomic
def ask_to_register(
    *, member_id: str, person_number: str, last_name: str, birth_date: date, origin: str, by: Actor, at: datetime
) -> None:
    """Somebody says who they are. If that is one member and no other, the contact on file is written to, later. Raises
    AskedTooOften, by the network address alone."""
    if not spend_guess(
        key=keyed("origin", origin),
        guesses=ASKS_OF_AN_ORIGIN,
        each=timedelta(minutes=MINUTES_PER_ASK_OF_AN_ORIGIN),
        at=at,
    ):
        raise AskedTooOften
    card, number = member_key(member_id), person_key(person_number)
    is_within = spend_guess(
        key=keyed("card", card + number), guesses=ASKS_OF_A_CARD, each=timedelta(hours=HOURS_PER_ASK_OF_A_CARD), at=at
    )
    fitting = Member.objects.on_card(member_key=card, person_key=number).filter(
        last_key=folded(last_name), birth_date=birth_date
    )
    found = list(fitting.values_list("pk", flat=True)[:2])
    request = RegistrationRequest.objects.create(
        member_id=found[0] if is_within and len(found) == 1 else None,
        asked_at=at,
    )
    record(verb=Verb.ASKED, by=by, at=at, subject=f"{REQUEST}:{request.pk}")
    outbox.send(kind=ASKED, recipient=f"{REQUEST}:{request.pk}", about=str(request.pk), by=by, at=at)


def keyed(what: str, text: str) -> str:
    return salted_hmac(f"portal.members.{what}", text, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def compose_asked(about: str, mailbox: Mailbox, at: datetime) -> Mail | None:
    """Decides what becomes of a request. A mail comes of it for who has an account already, and for nobody else."""
    request = RegistrationRequest.objects.filter(pk=about).first()
    if request is None or request.member_id is None:
        return None
    one_at_a_time(f"{MEMBER}:{request.member_id}")  # a lock of the row would show in how long another request takes
    member = Member.objects.get(pk=request.member_id)
    if account_of(member, at):
        return tell(request, mailbox, at)
    if describe(member.pk, at):
        write_to(member, at)
    return None


def tell(request: RegistrationRequest, mailbox: Mailbox, at: datetime) -> Mail | None:
    since = at - timedelta(days=NOTICE_AGAIN_DAYS)
    if not mailbox.address or RegistrationRequest.objects.filter(member=request.member_id, told_at__gt=since).exists():
        return None
    RegistrationRequest.objects.filter(pk=request.pk).update(told_at=at)
    return Mail("members/asked", Subject.SECURITY)


def write_to(member: Member, at: datetime) -> None:
    """An activation ID to the email that is this person's alone, or by letter in their own name. None while one of the
    same kind is on its way, or one that somebody else had issued, or where there is neither."""
    channel = Channel.MAIL if email_of(member) else Channel.LETTER
    again = timedelta(minutes=MAIL_AGAIN_MINUTES) if channel == Channel.MAIL else timedelta(days=LETTER_AGAIN_DAYS)
    on_its_way = Activation.objects.of(MEMBER, member.pk).open(at)
    lately = Q(channel=channel, issued_at__gt=at - again)
    if on_its_way.filter(lately | ~Q(issued_by=MEMBERS.id)).exists():
        return
    try:
        with transaction.atomic():
            issue(kind=MEMBER, subject=member.pk, channel=channel, by=MEMBERS, at=at)
    except CannotIssue:
        return  # without email and address: whoever it is calls


SENT_TO = {
    ChannelKind.EMAIL: Q(channel=Channel.MAIL),
    ChannelKind.ADDRESS: Q(channel=Channel.LETTER, born_at__isnull=False),
}
"""Which activation IDs went to an email or address. A letter that is not printed goes to the address of that day."""


def end_activation_sent_to(kind: ChannelKind, *, member: UUID, by: Actor, at: datetime) -> None:
    """In the transaction in which the member's email or address is not on file any more: whoever gets the mail there,
    or lives there, knows the member's name and birth date, and opens nothing with what was sent."""
    one_at_a_time(f"{MEMBER}:{member}")
    if Activation.objects.of(MEMBER, member).not_over().filter(SENT_TO[kind]).exists():
        end_open(kind=MEMBER, subject=member, by=by, at=at)


@transaction.atomic
def redeem(subject: UUID, capacity: Capacity, at: datetime, by: Actor) -> None:
    """The capacity stands for this member from here on. Raises SubjectTaken where another account does, where this
    account stands for another member, and for who may not register any more."""
    member = Member.objects.get(pk=subject)  # whose activation ID is locked
    others = MemberCapacity.objects.filter(capacity__user=capacity.user_id, capacity__in=Capacity.objects.live(at))
    if describe(member.pk, at) is None or others.exists():
        raise SubjectTaken
    MemberCapacity.objects.update_or_create(member=member, defaults={"capacity": capacity})
    record(verb=Verb.LINKED, by=by, at=at, subject=f"{MEMBER}:{member.pk}")


@transaction.atomic
def forget_requests(*, by: Actor, at: datetime) -> int:
    """Returns how many."""
    forgotten, _ = RegistrationRequest.objects.filter(asked_at__lt=at - timedelta(days=REQUESTS_KEPT_DAYS)).delete()
    if forgotten:
        record(verb=Verb.FORGOTTEN, by=by, at=at)
    return forgotten
