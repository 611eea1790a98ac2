"""An export and withdrawals at the same moment: whoever comes first, no file in service has what was taken back."""

import gzip
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.vocabulary import program
from directory.listing.models import FilesWithdrawn, StateFiles
from directory.network.models import Clinician
from directory.publication.models import Number
from directory.publication.operations import call
from directory.search.operations import Exported, export_directory
from directory.self_description.vocabulary import Field
from tests.builders.answers import PRIVATE, says
from tests.builders.network import a_clinician, a_location, valid_npi
from tests.builders.publishing import NOW, publish
from tests.directory.publication.test_interleaving import Elsewhere, at_every_statement

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("network")]
AMINA, PAT = valid_npi(1), valid_npi(2)
WAITS_FOR_US = "SELECT true FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


@pytest.fixture
def network(codes: None, settings: Any, tmp_path: Path) -> None:
    """Two clinicians of a state who share no chunk, so that neither waits for the other to be published."""
    settings.PUBLIC_FILES = tmp_path
    place = a_location()
    for nth, npi in enumerate((AMINA, PAT)):
        Number.objects.create(clinician=a_clinician(npi=npi, gender="F", at=place), pos=nth << 12)
    publish()


def show(npi: int = AMINA) -> None:
    says(Clinician.objects.get(pk=npi), Field.RACE, "x-somali", written_in="Benadir")


def take_back(npi: int = AMINA) -> None:
    says(Clinician.objects.get(pk=npi), Field.RACE, "x-somali", written_in="Benadir", display=PRIVATE)


def export() -> Exported:
    return export_directory(states=["MN"], progress=lambda *_: None, by=program("test"), at=NOW)


def show_and_export() -> None:
    show()
    export()


def served() -> bytes | None:
    """What the file of the state says now; None while it is out of service."""
    answer: Any = Client().get("/api/v1/directory/MN.ndjson.gz")
    return gzip.decompress(answer.getvalue()) if answer.status_code == 200 else None


def test_a_withdrawal_at_any_statement_of_an_export_is_in_no_file() -> None:
    for _ in at_every_statement(show_and_export, export, take_back):
        assert b"Benadir" not in (served() or b"")


def test_an_export_at_any_statement_of_a_withdrawal_has_nothing_of_it() -> None:
    for _ in at_every_statement(show_and_export, take_back, export):
        assert b"Benadir" not in (served() or b"")


def test_an_export_waits_for_a_withdrawal_that_began_before_it() -> None:
    show_and_export()
    with transaction.atomic():
        take_back()
        other = Elsewhere(export)
        other.start()
        until = monotonic() + 60
        while not call(WAITS_FOR_US):
            assert other.is_alive()
            assert monotonic() < until
            sleep(0.02)
    other.join(20)
    assert other.error is None
    assert b"Benadir" not in (served() or b"Benadir")


def test_withdrawals_do_not_wait_for_each_other() -> None:
    """The files are taken out by both: neither knows yet whether the other will stand."""
    show(PAT)
    show_and_export()
    with transaction.atomic():
        take_back()
        other = Elsewhere(lambda: take_back(PAT))
        other.start()
        other.join(20)
        assert not other.is_alive()
        assert other.error is None
        transaction.set_rollback(True)
    assert served() is None
    assert FilesWithdrawn.objects.count() == 1


def test_while_an_export_reads_a_withdrawal_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    show_and_export()
    waited = []

    def meanwhile() -> dict[str, list[str]]:
        other = Elsewhere(take_back)
        other.start()
        other.join(20)
        waited.append(other.is_alive())
        return {}

    monkeypatch.setattr("directory.search.operations.plans_of_networks", meanwhile)
    monkeypatch.setattr("directory.search.operations.TIMES_TO_WRITE", 1)
    assert export() == Exported(changing=["MN"])
    assert waited == [False]
    assert served() is None


def test_an_export_that_is_killed_leaves_the_old_files_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any, **__: Any) -> bool:
        raise KeyboardInterrupt

    show_and_export()
    before = served()
    assert before is not None
    with monkeypatch.context() as broken:
        broken.setattr("directory.search.operations.put_in_service", killed)
        with pytest.raises(KeyboardInterrupt):
            export()
        assert served() == before
        take_back()
        with pytest.raises(KeyboardInterrupt):
            export()
    assert served() is None
    assert StateFiles.objects.get().shown_on is None
    assert export() == Exported(written={"MN": 2})


def test_one_export_runs_at_a_time() -> None:
    both = [Elsewhere(export), Elsewhere(export)]
    with transaction.atomic():
        take_back()  # whichever export comes first waits for this to end
        for each in both:
            each.start()
        until = monotonic() + 20
        while all(each.is_alive() for each in both) and monotonic() < until:
            sleep(0.02)
    for each in both:
        each.join(20)
    (refusal,) = [each.error for each in both if each.error]
    assert "Another export is running" in str(refusal)
