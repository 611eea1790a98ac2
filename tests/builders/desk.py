"""The desk that helps callers: who sits there, whom they help, and calls."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Capacity, User
from accounts.operations import give_capacity
from accounts.registration.rules import folded
from accounts.vocabulary import Actor, CapacityKind, Job
from portal.member_relations import operations
from portal.member_relations.models import Call
from portal.member_relations.vocabulary import Question
from portal.members.models import Channel, Coverage, Member, MemberCapacity
from portal.members.rules import member_key
from tests.builders.members import SOURCE, TODAY, a_family
from tests.builders.people import AT, SOMEBODY, a_post, an_app, person, staff_person

JORGE = {
    Question.BIRTH_DATE: date(1977, 9, 21),
    Question.ADDRESS: ("18", "55106"),
    Question.PHONE: "6515550172",
    Question.EMAIL: "jorge.c@mail.example",
}
"""What Jorge answers. The address is the family's."""


def the_family() -> None:
    """As the file of ``a_family`` says, but that the spouse has a phone and an email of his own."""
    rows = a_family()
    rows[1] |= {"phone": "651-555-0172", "email": "jorge.c@mail.example"}
    head = None
    for row in rows:
        one = Member.objects.create(
            source=SOURCE, member_id=row["member_id"], member_key=member_key(row["member_id"]),
            person_number=row["person_number"], relationship=row["relationship"], subscriber=head,
            first_name=row["first_name"], last_name=row["last_name"], last_key=folded(row["last_name"]),
            birth_date=row["birth_date"], language=row.get("language", ""), stated_on=TODAY,
        )  # fmt: skip
        head = head or one
        address = f"{row['line1']}\n{row['city']}, {row['state']} {row['zip']}"
        reached = {"email": row["email"], "phone": row["phone"].replace("-", ""), "address": address}
        Channel.objects.bulk_create(
            Channel(member=one, kind=kind, value=value, source=SOURCE, since=TODAY)
            for kind, value in reached.items()
            if value
        )
        Coverage.objects.create(
            member=one, plan_code=row["plan_code"], plan_name=row["plan_name"], starts_on=row["coverage_from"],
            line_of_business=row["line_of_business"],
        )  # fmt: skip


def desk_person(username: str = "grace.l", first_name: str = "Grace", last_name: str = "Lindgren") -> User:
    """Who has the job, with an app as their second step."""
    user = person(username, f"{username}@plan.example", CapacityKind.STAFF, name=f"{first_name} {last_name}")
    a_post(staff_person(user, first_name=first_name, last_name=last_name), Job.MEMBER_RELATIONS)
    an_app(user)
    return user


def registered(member: Member, username: str = "jorge.castel", email: str = "jorge@home.example") -> User:
    """The member has an account."""
    return stands_for(person(username, email, name=member.name), member)


def stands_for(user: User, member: Member) -> User:
    capacity: Capacity = give_capacity(user=user, kind=CapacityKind.MEMBER, by=SOMEBODY, at=AT + timedelta(hours=1))
    MemberCapacity.objects.create(member=member, capacity=capacity)
    return user


def actor(user: User) -> Actor:
    return Actor(f"user:{user.pk}", CapacityKind.STAFF)


def a_call(staff: User, member: Member, at: datetime | None = None) -> Call:
    return operations.begin_call(member=member, staff=staff, by=actor(staff), at=at or timezone.now())


def asked(call: Call, said: dict[Question, Any], at: datetime | None = None) -> bool:
    """Whether the caller passed."""
    return operations.check(call=call, said=said, by=actor(call.staff), at=at or timezone.now())


def a_passed_call(staff: User, member: Member, said: dict[Question, Any] = JORGE, at: datetime | None = None) -> Call:
    call = a_call(staff, member, at)
    assert asked(call, said, at)
    call.refresh_from_db()
    return call
