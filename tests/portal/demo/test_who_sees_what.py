"""The matrix: of every page behind sign-in, who of the cast may see it. Walked as each of them."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Capacity, User
from accounts.vocabulary import SECOND_FACTOR_DEMANDED, CapacityKind, Job
from portal.demo.cast import CAST, Person, read_cast
from portal.demo.operations import give_jobs, open_accounts
from tests.architecture.test_addresses import REQUIRES
from tests.builders.people import SOMEBODY, an_app, signed_in

EVERYONE = {"everyone"}
STAFF = {f"staff:{job}" for job in Job}

# Beginning of an address → roles, as the cast names them. The longest beginning counts.
MATRIX: dict[str, set[str]] = {
    "/account/": EVERYONE,
    "/member/": {"member"},
    "/staff/letters/": {"staff:member_relations", "staff:network", "staff:access_administrator"},
    "/staff/member-relations/": {"staff:member_relations"},
    "/staff/okays/": STAFF,
    "/staff/people/": {"staff:access_administrator"},
}

PEOPLE = list(read_cast(CAST))


def may_see(address: str) -> set[str]:
    return MATRIX[max((beginning for beginning in MATRIX if address.startswith(beginning)), key=len)]


def in_english() -> list[str]:
    return [address for address in REQUIRES if not address.startswith("/es/")]


@pytest.fixture
def cast(db: None) -> Iterator[None]:
    at = timezone.now()
    open_accounts(cast=PEOPLE, by=SOMEBODY, at=at)
    give_jobs(cast=PEOPLE, by=SOMEBODY, at=at)
    yield
    cache.clear()


def enters(person: Person) -> Client:
    """Signed in, with the second factor that some must have."""
    user = User.objects.get(username=person.username)
    if set(person.kinds) & set(SECOND_FACTOR_DEMANDED):
        an_app(user)
    return signed_in(user, password=person.password)


def acts_as(client: Client, person: Person, role: str) -> None:
    if len(person.capacities) > 1:
        capacity = Capacity.objects.get(user__username=person.username, kind=role.partition(":")[0])
        assert client.post("/account/capacity/", {"capacity": capacity.pk}).status_code == 302


def test_every_page_behind_sign_in_is_in_the_matrix_and_nothing_else_is() -> None:
    for address in REQUIRES:
        assert may_see(address.removeprefix("/es"))
    for beginning in MATRIX:
        assert any(address.startswith(beginning) for address in in_english()), f"nothing stands under {beginning}"


def test_the_cast_has_somebody_in_every_capacity_and_job() -> None:
    held = {role for person in PEOPLE for role in person.capacities}
    assert {role.partition(":")[0] for role in held} == set(CapacityKind)
    assert held >= STAFF
    assert any(person.has_left for person in PEOPLE)


def test_each_sees_what_the_matrix_says_and_nothing_else(cast: None) -> None:
    wrong = [each for person in PEOPLE for each in walked_wrongly(person)]
    assert wrong == []


def walked_wrongly(person: Person) -> Iterator[str]:
    client = enters(person)
    for role in person.capacities or ["nothing any more"]:
        acts_as(client, person, role)
        for address in in_english():
            status = client.get(address).status_code
            if status not in ((200, 302, 404, 405) if may_see(address) & (EVERYONE | {role}) else (403, 405)):
                yield f"{address} as {person.username}, {role}: {status}"
