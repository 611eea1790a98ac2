"""A slice that exists in tests only, and knows one person: Rosa García-López, in a kind of her own."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import pytest

from accounts.models import Capacity
from accounts.outbox import registry as outbox
from accounts.outbox.vocabulary import Envelope, Mailbox
from accounts.registration import registry
from accounts.registration.errors import SubjectTaken
from accounts.registration.vocabulary import Registrant
from accounts.vocabulary import Actor, CapacityKind

ROSA = UUID("11111111-0000-4000-8000-000000000001")
STEPHEN = UUID("22222222-0000-4000-8000-000000000002")

REGISTRANTS = {
    ("tester", ROSA): Registrant(
        name="Rosa García-López",
        last_name="García-López",
        birth_date=date(1985, 3, 14),
        language="en",
        words=("TST0049812", "03141985", "Rosa García-López"),
        address=("123 Cedar Avenue, Apt 4", "Minneapolis, MN 55404"),
    ),
    ("worker", STEPHEN): Registrant(
        name="Stephen Ruiz", last_name="Ruiz", birth_date=None, language="es", words=("Stephen Ruiz",), address=()
    ),
}


class TheSlice:
    """What the slices of members and staff do: they know subjects, and own the one-to-one row."""

    def __init__(self) -> None:
        self.registrants = dict(REGISTRANTS)
        self.redeemed: list[tuple[UUID, UUID]] = []
        self.mailbox: Mailbox | None = Mailbox("rosa@mail.example", "en")
        self.envelope: Envelope | None = None
        self.refuses: set[UUID] = set()

    def change(self, kind: str, subject: UUID, **values: object) -> None:
        self.registrants[kind, subject] = replace(self.registrants[kind, subject], **values)  # type: ignore[arg-type]

    def forget(self, kind: str, subject: UUID) -> None:
        del self.registrants[kind, subject]

    def kind(self, name: str, capacity: CapacityKind) -> registry.SubjectKind:
        def describe(subject: UUID, at: datetime) -> Registrant | None:
            return self.registrants.get((name, subject))

        def redeem(subject: UUID, given: Capacity, at: datetime, by: Actor) -> None:
            if subject in self.refuses:
                raise SubjectTaken
            self.redeemed.append((subject, given.pk))

        return registry.SubjectKind(capacity, describe, redeem)


@pytest.fixture(autouse=True)
def the_slice(monkeypatch: pytest.MonkeyPatch) -> TheSlice:
    slice_of_tests = TheSlice()
    kinds = {"tester": CapacityKind.MEMBER, "worker": CapacityKind.STAFF}
    for name, capacity in kinds.items():
        monkeypatch.setitem(registry.SUBJECTS, name, slice_of_tests.kind(name, capacity))
        monkeypatch.setitem(outbox.RECIPIENTS, name, lambda _: slice_of_tests.mailbox)
        monkeypatch.setitem(outbox.ENVELOPES, name, lambda _: slice_of_tests.envelope)
    return slice_of_tests
