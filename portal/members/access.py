"""Who a member is here, where their mail goes, and who may register."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from accounts.models import Capacity, User
from accounts.outbox.vocabulary import Envelope, Mailbox
from accounts.registration.vocabulary import Registrant
from directory.code_sets.models import vocabulary
from directory.code_sets.vocabulary import CodeKind

from .models import Channel, Correction, Coverage, Member, MemberCapacity, RegistrationRequest
from .rules import is_old_enough_to_register, member_key, shown_phone, spellings
from .vocabulary import ChannelKind, Fact

SPANISH = "es"
NAMES = (Fact.FIRST_NAME, Fact.MIDDLE_NAME, Fact.LAST_NAME, Fact.SUFFIX)


def member_of(capacity: Capacity) -> Member | None:
    """For whom a capacity stands."""
    return Member.objects.filter(registered__capacity=capacity).first()


@dataclass(frozen=True)
class OnFile:
    """One thing that the plan has on file about a member, as their profile shows it. ``corrected_at``: Member Relations
    said so then, and not the source."""

    label: str
    lines: tuple[str, ...]
    since: date
    corrected_at: datetime | None = None


def facts_of(member: Member) -> list[OnFile]:
    corrected = corrections_of(member)
    language = vocabulary().label(CodeKind.LANGUAGE, member.language, get_language() or SPANISH)
    birth_date = date_format(member.birth_date, "DATE_FORMAT")
    of_names = [at for fact, at in corrected.items() if fact in NAMES]
    number = f" {member.person_number}" if member.person_number else ""
    found = [
        OnFile(gettext("Name"), (member.name,), member.stated_on, max(of_names, default=None)),
        OnFile(gettext("Member ID"), (f"{member.member_id}{number}",), member.stated_on),
        OnFile(gettext("Birth date"), (birth_date,), member.stated_on, corrected.get(Fact.BIRTH_DATE)),
        OnFile(gettext("Language"), (language,), member.stated_on, corrected.get(Fact.LANGUAGE)),
    ]
    return [each for each in found if any(each.lines)]


def channels_of(member: Member) -> list[OnFile]:
    corrected = corrections_of(member)
    found = []
    for channel in member.channels.order_by("kind", "-since"):
        kind = ChannelKind(channel.kind)
        value = shown_phone(channel.value) if kind == ChannelKind.PHONE else channel.value
        found.append(OnFile(str(kind.label), tuple(value.split("\n")), channel.since, corrected.get(channel.kind)))
    return found


def corrections_of(member: Member) -> dict[str, datetime]:
    return dict(member.corrections.values_list("fact", "corrected_at"))


@dataclass(frozen=True)
class Covered:
    """A coverage, and how it stands to a day: in force, ahead or over."""

    coverage: Coverage
    is_ahead: bool
    is_over: bool

    @property
    def is_now(self) -> bool:
        return not self.is_ahead and not self.is_over


def coverages_of(member: Member, at: datetime) -> list[Covered]:
    """What covers the member, will, and did: the newest first."""
    today = timezone.localdate(at)
    return [
        Covered(each, each.starts_on > today, each.ends_on is not None and each.ends_on < today)
        for each in member.coverages.order_by("-starts_on", "plan_name")
    ]


def line_of_business_of(coverages: Sequence[Covered]) -> str:
    """Of the plan that covers the member now, else the last or the next; empty where there is none."""
    now = [each for each in coverages if each.is_now]
    return next((each.coverage.line_of_business for each in (*now, *coverages)), "")


def account_of(member: Member, at: datetime) -> User | None:
    """Whose sign-in stands for the member now."""
    held = MemberCapacity.objects.filter(member=member, capacity__in=Capacity.objects.live(at))
    found = held.select_related("capacity__user").first()
    return found.capacity.user if found else None


# Where mail goes


def email_of(member: Member) -> str:
    """The email on file, where it is this person's alone: no other member has it, living or dead, covered or not, or
    had it until they had it corrected by phone, and nobody else reads mail of ours there. Else empty, as for one that
    was corrected by phone: whoever passed on one call would have with it whatever we mail."""
    if Fact.EMAIL in corrections_of(member):
        return ""
    emails = Channel.objects.filter(kind=ChannelKind.EMAIL).alias(folded=Lower("value"))
    mine = emails.filter(member=member).order_by("-since").first()
    if mine is None:
        return ""
    folded = mine.value.lower()
    others = emails.filter(folded=folded).exclude(member=member)
    former = Correction.objects.filter(fact=Fact.EMAIL).alias(folded=Lower("before")).filter(folded=folded)
    accounts = User.objects.alias(folded=Lower("email")).filter(folded=folded)
    readers = (others, former, accounts.exclude(capacities__of_member__member=member))
    return "" if any(each.exists() for each in readers) else mine.value


def language_of(member: Member) -> str:
    """In which of our languages we write."""
    return SPANISH if member.language == SPANISH else settings.LANGUAGE_CODE


def mailbox_of_member(member: str) -> Mailbox | None:
    """Of ``member:<uuid>``."""
    found = Member.objects.filter(pk=member).first()
    email = email_of(found) if found else ""
    return Mailbox(email, language_of(found)) if found and email else None


def envelope_of(member: Member) -> Envelope | None:
    """Where a letter warns the member: name and address as the plan's file has them. What was corrected by phone is no
    way to tell of the call. None where the file has no address."""
    before = dict(member.corrections.values_list("fact", "before"))
    address = (
        member.channels.filter(kind=ChannelKind.ADDRESS).order_by("-since").values_list("value", flat=True).first()
    )
    address = before.get(Fact.ADDRESS, address)
    name = " ".join(filter(None, (before.get(fact) or getattr(member, fact) for fact in NAMES)))
    return Envelope((name, *address.split("\n")), language_of(member)) if address else None


def envelope_of_member(member: str) -> Envelope | None:
    """Of ``member:<uuid>``."""
    found = Member.objects.filter(pk=member).first()
    return envelope_of(found) if found else None


def mailbox_of_request(request: str) -> Mailbox | None:
    """Where a member who has an account is told of it. Of any other member a mailbox without an address: what they
    get is decided as the message is made, which is then none. None where it was nobody's."""
    asked = RegistrationRequest.objects.filter(pk=request, member__isnull=False).select_related("member").first()
    if asked is None or asked.member is None:
        return None
    user = account_of(asked.member, timezone.now())
    return Mailbox(user.email, user.language) if user and user.email else Mailbox("", language_of(asked.member))


# Who may register


def describe(subject: UUID, at: datetime) -> Registrant | None:
    """None of whoever has an account, died, or is too young, nor of a record that is out of use. Whether a plan covers
    them today does not matter. To an address that was corrected by phone no letter goes that opens an account, before
    a file says the same."""
    member = Member.objects.filter(pk=subject, died_on=None, retired_at=None).first()
    if (
        member is None
        or not is_old_enough_to_register(member.birth_date, timezone.localdate(at))
        or account_of(member, at) is not None
    ):
        return None
    address = None
    if Fact.ADDRESS not in corrections_of(member):
        address = member.channels.filter(kind=ChannelKind.ADDRESS).order_by("-since").first()
    return Registrant(
        name=member.name,
        last_name=member.last_name,
        birth_date=member.birth_date,
        language=language_of(member),
        words=tuple(words_of(member)),
        address=tuple(address.value.split("\n")) if address else (),
    )


def words_of(member: Member) -> Iterator[str]:
    """What others know of a member, and so may stand in no password."""
    card = member_key(member.member_id)
    yield from (
        card,
        re.sub(r"\D", "", card),
        member.first_name,
        member.middle_name,
        member.last_name,
    )
    yield from spellings(member.birth_date)


def personal_words(user: User) -> Iterator[str]:
    """Of whoever an account ever stood for."""
    if not user._state.adding:
        for member in Member.objects.filter(registered__capacity__user=user.pk):
            yield from words_of(member)
