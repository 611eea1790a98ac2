"""Who is found, what they can be asked, and who must not act for whom."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Lower
from django.utils.dateparse import parse_date

from accounts.email_change.access import held_until
from accounts.models import Capacity, Post, StaffPerson, User
from accounts.operations import subject_of
from accounts.outbox.access import envelope_to
from accounts.outbox.vocabulary import Envelope, Mail, Mailbox, Sheet, Subject
from accounts.registration.rules import folded
from accounts.registration.vocabulary import Channel
from accounts.staff.access import user_id_of
from accounts.vocabulary import Actor, Job
from portal.members.access import account_of, email_of
from portal.members.models import Channel as OnFile
from portal.members.models import Correction, Member
from portal.members.rules import member_key, person_key
from portal.members.vocabulary import ChannelKind, Fact

from .errors import (
    AddressCorrected,
    CallIsOver,
    HasDied,
    NoAccount,
    NotChecked,
    OwnHousehold,
    RenewedLately,
    ToldLately,
)
from .models import Call, ChannelBefore
from .rules import digits, house_and_zip
from .vocabulary import BEFORE, LAST_CALLS_SHOWN, OFF_THE_CARD, RENEWED_AGAIN_HOURS, Notice, Question, Reach


def found(*, member_id: str, person_number: str, last_name: str, birth_date: date | None) -> QuerySet[Member]:
    """Whoever fits all that was typed: a whole family has one member ID."""
    members = Member.objects.filter(retired_at=None).order_by("member_key", "person_number", "pk")
    if card := member_key(member_id):
        members = members.filter(Q(member_key=card) | Q(card_key=card))
    if number := person_key(person_number):
        members = members.filter(person_number=number)
    if last_name:
        members = members.filter(last_key=folded(last_name))
    if birth_date:
        members = members.filter(birth_date=birth_date)
    return members


def sits_at_the_desk(capacity: Capacity, at: datetime) -> bool:
    return Post.objects.live(at).filter(person__capacity=capacity, job=Job.MEMBER_RELATIONS).exists()


# Households


def household_of(members: QuerySet[Member]) -> QuerySet[Member]:
    """The people who are covered with one of these, and these themselves: through one subscriber, or by one ID; and
    who has a phone, an email or an address with them, as the file says or said. Some plans give everybody an ID of
    their own."""
    subscribers = members.annotate(head=Coalesce("subscriber", "pk")).values("head")
    cards = members.values("member_key")
    channels = OnFile.objects.annotate(folded=Lower("value"))
    corrections = Correction.objects.filter(fact__in=ChannelKind.values).exclude(before="")
    corrections = corrections.annotate(folded=Lower("before"))
    reached = [
        *channels.filter(member__in=members).values_list("folded", flat=True),
        *corrections.filter(member__in=members).values_list("folded", flat=True),
    ]
    # Each way by its index: asked for any of them at once, PostgreSQL looks at every member.
    ways = (
        Member.objects.filter(pk__in=subscribers).values("pk"),
        Member.objects.filter(subscriber__in=subscribers).values("pk"),
        Member.objects.filter(member_key__in=cards).values("pk"),
        channels.filter(folded__in=reached).values("member"),
        corrections.filter(folded__in=reached).values("member"),
    )
    return Member.objects.filter(pk__in=ways[0].union(*ways[1:]))


def is_own(staff: User, member: Member) -> bool:
    """Whether a staff person is in the member's household: by an account that stands or stood for somebody of whose
    household one of these is, in another record or another source's as well, or, of whom no account tells, by an email
    or a whole name that is both the staff person's and a household member's. Of two who are called alike a colleague
    helps."""
    household = household_of(Member.objects.filter(pk=member.pk)).prefetch_related("corrections")
    mine = household_of(Member.objects.filter(registered__capacity__user=staff)).prefetch_related("corrections")
    if people(household) & people(mine):
        return True
    works_as = list(StaffPerson.objects.filter(capacity__user=staff))
    emails = {each.lower() for each in (staff.email, *(one.email for one in works_as)) if each}
    theirs: tuple[QuerySet[Any], ...] = (
        OnFile.objects.filter(kind=ChannelKind.EMAIL, member__in=household).annotate(folded=Lower("value")),
        Correction.objects.filter(fact=Fact.EMAIL, member__in=household).annotate(folded=Lower("before")),
        User.objects.filter(capacities__of_member__member__in=household).annotate(folded=Lower("email")),
    )
    if any(each.filter(folded__in=emails).exists() for each in theirs):
        return True
    names = {(folded(one.first_name), folded(one.last_name)) for one in works_as}
    return any(names & called(one) for one in household)


def is_own_record(by: Actor, member: str) -> bool:
    """The same of who acts and of a member's id."""
    user_id = user_id_of(by)
    return user_id is not None and is_own(User.objects.get(pk=user_id), Member.objects.get(pk=member))


def is_own_call(by: Actor, call: str) -> bool:
    """The same of the member of a call."""
    return is_own_record(by, str(Call.objects.values_list("member", flat=True).get(pk=call)))


def people(members: QuerySet[Member]) -> set[tuple[tuple[str, str], date]]:
    """Who these are, whatever record they have."""
    return {(name, one.birth_date) for one in members for name in called(one)}


def called(member: Member) -> set[tuple[str, str]]:
    """First and last name, also as the file has them where a name was corrected by phone: no call of one's own hides
    whose household one is of."""
    before = {one.fact: one.before for one in member.corrections.all()}
    first = {member.first_name, before.get(Fact.FIRST_NAME, member.first_name)}
    last = {member.last_name, before.get(Fact.LAST_NAME, member.last_name)}
    return {(folded(one), folded(other)) for one, other in product(first, last)}


# Questions

Channels = list[tuple[str, str]]
"""Kind and value of each."""


def on_file(member: Member) -> dict[Question, set[object]]:
    """What a right answer is, by question; those are missing to which nothing is on file."""
    channels = uncorrected(Member.objects.filter(pk=member.pk))
    born: set[object] = {member.birth_date}
    # A correction by phone may be an impostor's: the member still answers as before.
    for corrected in member.corrections.filter(fact=Fact.BIRTH_DATE):
        born.add(parse_date(corrected.before))
    return {Question.BIRTH_DATE: born} | answers(channels)


def shared(member: Member) -> set[Question]:
    """To which questions off the card somebody else of the household has the same answer, or had it until they had it
    corrected by phone: who moves out knows it as before."""
    mine = on_file(member)
    others = household_of(Member.objects.filter(pk=member.pk)).exclude(pk=member.pk)
    theirs = answers(uncorrected(others) + replaced(others))
    return {question for question in OFF_THE_CARD if mine.get(question, set()) & theirs.get(question, set())}


def uncorrected(members: QuerySet[Member]) -> Channels:
    """What was corrected by phone answers nothing until the file says the same: or else whoever passes once chooses the
    answers of the next call."""
    corrected = Correction.objects.filter(member=OuterRef("member"), fact=OuterRef("kind"))
    return list(OnFile.objects.filter(~Exists(corrected), member__in=members).values_list("kind", "value"))


def replaced(members: QuerySet[Member]) -> Channels:
    """What the file said where Member Relations corrected it."""
    corrected = Correction.objects.filter(member__in=members, fact__in=ChannelKind.values).exclude(before="")
    return list(corrected.values_list("fact", "before"))


def answers(channels: Channels) -> dict[Question, set[object]]:
    found: dict[Question, set[object]] = {
        Question.ADDRESS: {house_and_zip(value) for kind, value in channels if kind == ChannelKind.ADDRESS},
        Question.PHONE: {digits(value) for kind, value in channels if kind == ChannelKind.PHONE},
        Question.EMAIL: {value.casefold() for kind, value in channels if kind == ChannelKind.EMAIL},
    }
    whole = {
        question: {each for each in right if not isinstance(each, tuple) or all(each)}
        for question, right in found.items()
    }
    return {question: right for question, right in whole.items() if right}


def wrong_ones(member: Member, said: Mapping[Question, object]) -> list[Question]:
    """Which answers do not fit; one to which nothing is on file does not."""
    right = on_file(member)
    return [question for question, answer in said.items() if answer not in right.get(question, set())]


# Calls


def refuse_own(staff: User, member: Member) -> None:
    if is_own(staff, member):
        raise OwnHousehold


def refuse_another(call: Call, by: Actor, at: datetime) -> None:
    """Raises CallIsOver to everybody but whoever began it, and once it is over."""
    if by.id != subject_of(call.staff_id) or not call.is_open(at):
        raise CallIsOver


def refuse_act(call: Call, by: Actor, at: datetime) -> None:
    """Nothing is told or done on a call that is over, about a household of one's own, or before the caller passed."""
    refuse_another(call, by, at)
    refuse_own(call.staff, call.member)
    if not call.passed:
        raise NotChecked
    if call.member.died_on:
        raise HasDied


def account_on(call: Call, at: datetime) -> User:
    """The account of the member. Raises NoAccount."""
    user = account_of(call.member, at)
    if user is None:
        raise NoAccount
    return user


def call_of(staff: User, call: UUID) -> Call | None:
    return Call.objects.select_related("member", "staff").filter(pk=call, staff=staff).first()


def last_calls(member: Member, before: Call) -> QuerySet[Call]:
    calls = Call.objects.filter(member=member, checked_at__isnull=False).exclude(pk=before.pk)
    return calls.order_by("-began_at")[:LAST_CALLS_SHOWN]


def corrected_on(call: Call) -> list[str]:
    """What was corrected since the call began, as people read it."""
    facts = Correction.objects.filter(member=call.member, corrected_at__gte=call.began_at)
    return [str(Fact(fact).label) for fact in facts.order_by("corrected_at").values_list("fact", flat=True)]


# What a code to a channel on file opens


def mailbox_before(call: str) -> Mailbox | None:
    """Of ``channel-before:<uuid>``; None where it was an address, and once it is forgotten."""
    found = ChannelBefore.objects.filter(pk=UUID(call), kind=ChannelKind.EMAIL).first()
    return Mailbox(found.value, found.language) if found else None


def envelope_before(call: str) -> Envelope | None:
    """The same; None where it was an email."""
    found = ChannelBefore.objects.filter(pk=UUID(call), kind=ChannelKind.ADDRESS).first()
    return Envelope(tuple(found.value.split("\n")), found.language) if found else None


def reaches(member: Member, user: User) -> list[Reach]:
    """Where a code can go."""
    return [Reach.ACCOUNT] * bool(user.email) + [Reach.FILE] * bool(email_of(member))


def refuse_email_change(call: Call, user: User, at: datetime) -> None:
    """Raises ToldLately."""
    if held_until(user, at) and call.channel_proved_at is None:
        raise ToldLately


def refuse_renewal(member: Member, at: datetime) -> None:
    """Raises RenewedLately."""
    since = at - timedelta(hours=RENEWED_AGAIN_HOURS)
    if Call.objects.filter(member=member, renewed_at__gt=since).exists():
        raise RenewedLately


def channel_for_activation(member: Member) -> Channel:
    """By mail to an email that is the member's alone, or else by letter; and to nothing that was corrected by phone.
    Raises AddressCorrected."""
    if email_of(member):
        return Channel.MAIL
    if member.corrections.filter(fact=Fact.ADDRESS).exists():
        raise AddressCorrected
    return Channel.LETTER


def composed(notice: Notice) -> Callable[[str, Mailbox, datetime], Mail]:
    """What a notice says to its person is the same for everybody."""
    mail = Mail(f"member_relations/{notice.name.lower()}", Subject.SECURITY)
    return lambda about, mailbox, at: mail


def compose_corrected_letter(about: str, printing: int, at: datetime) -> Sheet:
    """Raises NothingToPrint once it is forgotten where it goes."""
    envelope = envelope_to(f"{BEFORE}:{about}")
    corrected_at = ChannelBefore.objects.values_list("corrected_at", flat=True).get(pk=UUID(about))
    return Sheet("portal/member_relations/corrected_letter.html", envelope, {"corrected_at": corrected_at})
