"""The audit says who answered what kind of question and when, and never what was answered."""

from collections.abc import Callable
from hashlib import md5, sha1, sha256

import pytest
from django.db import connection
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.vocabulary import Actor, program
from directory.network.models import Clinician
from directory.publication.models import Due
from directory.publication.operations import choose, publish_due
from directory.self_description.errors import AnswerRefused
from directory.self_description.operations import Said
from directory.self_description.vocabulary import Display, Field
from tests.builders.answers import hides, says
from tests.privacy.worlds import SUBJECTS, an_ordinary_network

pytestmark = pytest.mark.django_db
ANSWERED, PUBLISHED = "self_description.answered", "publication.published"


@pytest.fixture
def amina(codes: None) -> Clinician:
    an_ordinary_network()
    return Clinician.objects.get(pk=SUBJECTS[0])


Events = Callable[[str], list[AuditEvent]]


@pytest.fixture
def events() -> Events:
    """Those of a verb since the test began: what other tests committed stays."""
    earlier = set(AuditEvent.objects.values_list("pk", flat=True))
    return lambda verb: [event for event in AuditEvent.objects.filter(verb=verb) if event.pk not in earlier]


def whole_audit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(to_jsonb(e)::text, ' ') FROM audit_event e")
        return str(cursor.fetchone()[0])


def test_an_answer_names_the_clinician_the_field_and_who_gave_it(amina: Clinician, events: Events) -> None:
    by = Actor("user:7", capacity="clinician", request_id="r-1")
    choose(clinician=amina, field=Field.GENDER, display=Display.PRIVATE, by=by, at=timezone.now())
    (event,) = events(ANSWERED)
    assert (event.actor, event.capacity, event.request_id) == ("user:7", "clinician", "r-1")
    assert (event.subject, event.fields) == (f"clinician:{amina.pk}", ["gender"])


def test_no_value_and_no_digest_of_one_stands_in_it(amina: Clinician) -> None:
    says(amina, Field.RACE, Said("x-somali"), display=Display.MATCHING, written_in="Benadir")
    kept = whole_audit()
    for value in ("x-somali", "Benadir", "matching"):
        forms = [value, *(digest(value.encode()).hexdigest() for digest in (md5, sha1, sha256))]
        assert not [form for form in forms if form in kept]


def test_what_was_shown_and_what_was_kept_private_are_written_down_alike(amina: Clinician, events: Events) -> None:
    says(amina, Field.RACE, Said("x-somali"))
    hides(amina, Field.RACE)
    shown, hidden = ((event.verb, event.subject, event.fields, event.purpose) for event in events(ANSWERED))
    assert shown == hidden


def test_a_refused_answer_is_no_event(amina: Clinician, events: Events) -> None:
    with pytest.raises(AnswerRefused):
        says(amina, Field.RACE, Said("no such code"))
    assert not events(ANSWERED)


def test_a_publication_writes_down_each_range(amina: Clinician, events: Events) -> None:
    Due.objects.create(clinician=amina, since=timezone.now())
    done = publish_due(by=program("test"), at=timezone.now())
    assert done.ranges == 1
    assert [event.subject for event in events(PUBLISHED)] == ["chunk:0"]
