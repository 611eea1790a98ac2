"""The public files of a state: what they hold, when they are in service, and that nothing taken back is in them."""

import gzip
import json
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from accounts.vocabulary import program
from directory.listing.models import StateFiles
from directory.listing.operations import begin_files, put_in_service
from directory.network.models import Clinician, Location, PractitionerRole
from directory.publication.operations import republish
from directory.search import operations
from directory.search.operations import Exported, export_directory
from directory.search.providers import accepting, name
from directory.self_description.operations import Name
from directory.self_description.vocabulary import Display, Field
from tests.builders.answers import hides, is_called, says
from tests.builders.network import a_role
from tests.builders.publishing import publish, rows

from .conftest import NOW

People = dict[str, Clinician]
MN, PA = "/api/v1/directory/MN.ndjson.gz", "/api/v1/directory/PA.ndjson.gz"
PROVIDERS = "/api/v1/directory/MN.providers.json.gz"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.PUBLIC_FILES = tmp_path / "public-files"
    return tmp_path / "public-files"


def export(**which: Any) -> Exported:
    return export_directory(progress=lambda *_: None, by=program("test"), at=NOW, **which)


def get(path: str, **headers: str) -> Any:
    return Client().get(path, headers=headers)


def lines(path: str = MN) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(get(path).getvalue()).splitlines()]


def providers(path: str = PROVIDERS) -> dict[str, dict[str, Any]]:
    return {each["npi"]: each for each in json.loads(gzip.decompress(get(path).getvalue()))}


# --- what they hold -----------------------------------------------------------------------------------------------


def test_a_line_is_what_the_api_says_of_a_clinician(network: People) -> None:
    assert export() == Exported(written={"MN": 4, "PA": 1})
    head, *people = gzip.decompress(get(MN).getvalue()).splitlines()
    assert json.loads(head)["shown_on"] == "2026-11-20"
    assert json.loads(head)["state"] == "MN"
    assert json.loads(head)["clinicians"] == len(people) == 4
    for line in people:
        assert line == get(f"/api/v1/clinicians/{json.loads(line)['npi']}/").content


def test_clinicians_stand_in_the_order_of_their_npis(network: People) -> None:
    export()
    assert [each["npi"] for each in lines()[1:]] == sorted(
        str(network[n].npi) for n in ("amina", "jonathan", "mai", "sam")
    )


def test_who_works_in_two_states_is_in_both_files_with_every_location(network: People) -> None:
    a_role(network["pat"], Location.objects.filter(state="MN").first(), is_primary=False)
    republish(npis=[network["pat"].npi], at=NOW)
    export()
    pat = str(network["pat"].npi)
    (here,), (there,) = ([each for each in lines(path)[1:] if each["npi"] == pat] for path in (MN, PA))
    assert here == there
    assert {each["place"]["state"] for each in here["locations"]} == {"MN", "PA"}


def test_a_provider_has_what_cms_asks_for_and_nothing_else(network: People) -> None:
    says(network["mai"], Field.NAME, name=Name(family="Xiong-Núñez", given="Mai", middle="Lee", suffix="jr"))
    export()
    assert providers()[str(network["amina"].npi)] == {
        "npi": str(network["amina"].npi),
        "type": "INDIVIDUAL",
        "name": {"first": "Amina", "last": "Warsame"},
        "addresses": [
            {"address": "400 Alder Street", "city": "Saint Paul", "state": "MN", "zip": zip_code, "phone": "6515550142"}
            for zip_code in ("55104", "55106")
        ],
        "specialty": ["Pediatrics"],
        "accepting": "accepting in some locations",
        "gender": "Female",
        "languages": ["English", "Somali"],
        "plans": [{"plan_id_type": "PLAN-ID", "plan_id": "P1", "network_tier": "N1"}],
        "last_updated_on": "2026-11-20",
    }
    mai = providers()[str(network["mai"].npi)]
    assert mai["name"] == {"first": "Mai", "middle": "Lee", "last": "Xiong-Núñez", "suffix": "Jr."}
    assert "gender" not in mai
    assert mai["plans"] == []


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (["newpt", "newpt"], "accepting"),
        (["newpt", "nopt"], "accepting in some locations"),
        (["newpt", ""], "accepting in some locations"),
        (["existptonly", "nopt"], "not accepting"),
        (["nopt", ""], None),
        ([""], None),
    ],
)
def test_who_takes_new_patients(codes: list[str], said: str | None) -> None:
    assert accepting(codes) == said


def test_a_suffix_that_cms_does_not_know_is_left_out() -> None:
    assert name({"first": "A", "last": "B", "suffix": "PhD"}) == {"first": "A", "last": "B"}


def test_the_same_content_is_the_same_file(network: People, folder: Path) -> None:
    export()
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    republish(npis=[person.npi for person in network.values()], at=NOW)
    export()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    assert len(first) == 4


def test_a_file_is_read_a_page_at_a_time_as_the_public_role(network: People, monkeypatch: pytest.MonkeyPatch) -> None:
    export()
    whole = lines()
    monkeypatch.setattr(operations, "ROWS_A_PIECE", 1)
    roles = []

    def look(execute: Any, sql: str, *rest: Any) -> Any:
        if "listing.each" in sql:
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_user LIKE '%_public', current_setting('transaction_read_only')")
                roles.append(cursor.fetchone())
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        export()
    assert lines() == whole
    assert roles == [(True, "on")] * 5


# --- asking for them ----------------------------------------------------------------------------------------------


def test_how_a_file_is_sent(network: People) -> None:
    export()
    answer = get(MN)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/gzip"
    assert "Content-Encoding" not in answer.headers
    assert int(answer["Content-Length"]) == len(answer.getvalue())
    assert answer["Last-Modified"] == "Fri, 20 Nov 2026 00:00:00 GMT"
    assert answer["Cache-Control"] == "no-cache"
    assert 'filename="MN.ndjson.gz"' in answer["Content-Disposition"]


def test_who_has_the_file_is_told_so(network: People) -> None:
    export()
    tag = get(MN)["ETag"]
    assert tag.startswith('"')
    assert get(MN, if_none_match=tag).status_code == 304
    assert get(PROVIDERS, if_none_match=tag).status_code == 200
    says(network["amina"], Field.RACE, "x-somali", display=Display.PRIVATE)
    assert get(MN, if_none_match=tag).status_code == 503
    assert get(MN, if_none_match="*").status_code == 503
    export(due=True)
    assert get(MN, if_none_match=tag, if_modified_since="Fri, 20 Nov 2026 00:00:00 GMT").status_code == 200


@pytest.mark.parametrize("state", ["WI", "ZZ", "mn", "M", "MNN", "../MN"])
def test_a_state_without_files_has_none(network: People, state: str) -> None:
    export()
    assert get(f"/api/v1/directory/{state}.ndjson.gz").status_code == 404


def test_before_the_first_export_there_is_nothing(network: People) -> None:
    assert get(MN).status_code == get(PROVIDERS).status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_not_an_error(network: People, folder: Path) -> None:
    export()
    for path in folder.iterdir():
        path.unlink()
    assert get(MN).status_code == 503


# --- withdrawals --------------------------------------------------------------------------------------------------


def hide_race(network: People) -> None:
    says(network["amina"], Field.RACE, "x-somali", display=Display.PRIVATE)


WITHDRAWALS: dict[str, Callable[[People], Any]] = {
    "a race": hide_race,
    "a gender": lambda network: hides(network["amina"], Field.GENDER),
    "languages": lambda network: hides(network["sam"], Field.LANGUAGE),
    "a name": lambda network: hides(network["jonathan"], Field.NAME),
    "a name corrected": lambda network: is_called(network["jonathan"], "Lindqvist", "Ellen"),
    "a training": lambda network: says(network["mai"], Field.COMPETENCY, display=Display.MATCHING),
}


@pytest.mark.parametrize("withdrawal", WITHDRAWALS)
def test_a_withdrawal_takes_the_files_of_its_state_out_of_service(network: People, withdrawal: str) -> None:
    export()
    before = lines()
    WITHDRAWALS[withdrawal](network)
    for path in (MN, PROVIDERS):
        answer = get(path)
        assert answer.status_code == 503
        assert answer["Retry-After"] == "600"
        assert answer["Cache-Control"] == "no-store"
        assert answer.json() == {"detail": "This file is being written anew. Ask again in 10 minutes."}
    assert get(PA).status_code == 200
    assert set(export(due=True).written) == {"MN"}
    assert get(MN).status_code == get(PROVIDERS).status_code == 200
    assert lines() != before


def test_a_withdrawal_takes_the_files_of_every_state_where_the_clinician_works(network: People) -> None:
    a_role(network["amina"], Location.objects.get(state="PA"), is_primary=False)
    republish(npis=[network["amina"].npi], at=NOW)
    export()
    hide_race(network)
    assert get(MN).status_code == get(PA).status_code == 503


def test_who_leaves_a_state_is_in_no_file_of_it(network: People) -> None:
    export()
    PractitionerRole.objects.filter(clinician=network["jonathan"]).update(location=Location.objects.get(state="PA"))
    publish(network["jonathan"], at=NOW)
    assert get(MN).status_code == get(PA).status_code == 503
    assert export(due=True).written == {"MN": 3, "PA": 2}
    hides(network["jonathan"], Field.GENDER)
    assert get(MN).status_code == 200
    assert get(PA).status_code == 503


def test_what_an_import_publishes_leaves_no_older_word_in_a_file(network: People) -> None:
    """Else a clinician could hide what only the file still says, and the listing would not change with it."""
    export()
    Clinician.objects.filter(pk=network["amina"].npi).update(gender="")
    publish(network["amina"], at=NOW)
    assert get(MN).status_code == 503
    export(due=True)
    assert "gender" not in providers()[str(network["amina"].npi)]
    hides(network["amina"], Field.GENDER)
    assert get(MN).status_code == 200


def test_a_place_that_changes_takes_the_files_of_those_who_work_there_along(network: People) -> None:
    a_role(network["pat"], Location.objects.get(name="Larkin Avenue Health"), is_primary=False)
    republish(npis=[network["pat"].npi], at=NOW)
    export()
    Location.objects.filter(name="Larkin Avenue Health").update(phone="6515550199")
    publish(network["mai"], at=NOW)
    assert get(MN).status_code == get(PA).status_code == 503


UNSEEN: dict[str, Callable[[People], Any]] = {
    "a private answer": lambda network: says(network["sam"], Field.RACE, "x-somali", display=Display.PRIVATE),
    "one for matching": lambda network: says(network["sam"], Field.RACE, "x-somali", display=Display.MATCHING),
    "one declined": lambda network: says(network["sam"], Field.RACE, declined=True),
    "the same said again": lambda network: says(network["amina"], Field.RACE, "x-somali"),
    "a gender that nobody states": lambda network: hides(network["sam"], Field.GENDER),
    "an import of nothing new": lambda network: publish(at=NOW),
}


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_nobody_sees_takes_nothing_out_of_service(network: People, unseen: str) -> None:
    export()
    tables = rows("listing_statefiles"), rows("listing_fileswithdrawn")
    tags = get(MN)["ETag"], get(PROVIDERS)["ETag"]
    UNSEEN[unseen](network)
    assert (rows("listing_statefiles"), rows("listing_fileswithdrawn")) == tables
    assert (get(MN)["ETag"], get(PROVIDERS)["ETag"]) == tags


def test_one_withdrawal_takes_them_out_and_the_next_has_nothing_to_write(network: People) -> None:
    export()
    hide_race(network)
    first = rows("listing_fileswithdrawn")
    hides(network["jonathan"], Field.GENDER)
    assert rows("listing_fileswithdrawn") == first
    assert len(first) == 1


def test_a_withdrawal_that_is_refused_takes_nothing_out(network: People) -> None:
    export()
    with transaction.atomic():
        hide_race(network)
        transaction.set_rollback(True)
    assert get(MN).status_code == 200


def test_a_state_that_nobody_is_listed_in_any_more_has_no_files(network: People, folder: Path) -> None:
    export()
    hides(network["pat"], Field.NAME)
    assert get(PA).status_code == 503
    assert export(due=True) == Exported(empty=["PA"])
    assert get(PA).status_code == 404
    assert not list(folder.glob("PA-*"))


def test_a_download_breaks_off_when_its_file_goes_out_of_service(
    network: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("directory.search.api.BYTES_A_PIECE", 16)
    export()
    answer = get(MN)
    pieces = iter(answer)
    next(pieces)
    hide_race(network)
    assert list(pieces) == []
    assert int(answer["Content-Length"]) > 16


def test_after_a_withdrawal_the_old_files_leave_the_disk(network: People, folder: Path) -> None:
    export()
    old = set(folder.iterdir())
    (folder / "MN-being-written.ndjson.gz").write_bytes(b"left by one that was killed")
    hides(network["amina"], Field.GENDER)
    export(due=True)
    assert {path.name[:2] for path in set(folder.iterdir()) & old} == {"PA"}
    assert len(list(folder.iterdir())) == 4


# --- an export and a withdrawal at the same moment ------------------------------------------------------------------


def test_an_export_that_began_before_a_withdrawal_puts_nothing_in_service(network: People) -> None:
    begin_files(state="MN")
    hide_race(network)
    assert not put_in_service(
        state="MN", shown_on=date(2026, 11, 20), clinicians="a" * 64, providers="b" * 64, by=program("test"), at=NOW
    )
    assert get(MN).status_code == 503


def test_an_export_writes_again_what_changed_meanwhile(network: People, monkeypatch: pytest.MonkeyPatch) -> None:
    real, turns = operations.put_in_service, []

    def after_a_withdrawal(**files: Any) -> bool:
        if not turns:
            hide_race(network)
        turns.append(1)
        return real(**files)

    monkeypatch.setattr(operations, "put_in_service", after_a_withdrawal)
    assert export(states=["MN"]) == Exported(written={"MN": 4})
    assert len(turns) == 2
    assert lines()[1]["shared"]["race"] == []


def test_an_export_gives_up_while_the_listing_keeps_changing(network: People, monkeypatch: pytest.MonkeyPatch) -> None:
    real, turn = operations.put_in_service, iter(range(100))

    def always_disturbed(**files: Any) -> bool:
        is_called(network["sam"], f"O'Brien{next(turn)}", "Sam")
        return real(**files)

    export()
    monkeypatch.setattr(operations, "put_in_service", always_disturbed)
    assert export(states=["MN"]) == Exported(changing=["MN"])
    assert get(MN).status_code == 503
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("export_directory", "--state", "MN", stdout=said)
    assert ended.value.code == 1
    assert json.loads(said.getvalue())["changing"] == ["MN"]


def test_the_files_of_yesterday_stay_in_service_until_todays_are(
    network: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    export()
    real, seen = operations.put_in_service, []

    def look(**files: Any) -> bool:
        seen.append(get(MN).status_code)
        return real(**files)

    monkeypatch.setattr(operations, "put_in_service", look)
    export_directory(states=["MN"], progress=lambda *_: None, by=program("test"), at=NOW + timedelta(days=1))
    assert seen == [200]
    assert lines()[0]["shown_on"] == "2026-11-21"


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command_says_what_it_wrote(network: People) -> None:
    said = StringIO()
    call_command("export_directory", stdout=said)
    assert json.loads(said.getvalue()) == {"written": {"MN": 4, "PA": 1}, "empty": [], "changing": []}
    said = StringIO()
    call_command("export_directory", "--due", stdout=said)
    assert json.loads(said.getvalue()) == {"written": {}, "empty": [], "changing": []}


def test_a_state_that_nobody_knows_is_refused(network: People) -> None:
    with pytest.raises(CommandError, match="'ZZ' is no state"):
        call_command("export_directory", "--state", "ZZ")
    assert not StateFiles.objects.exists()
