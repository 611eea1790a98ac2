"""Whoever keeps a copy asks each time, and is told that it is still true only while every byte of it is."""

import gzip
import json
from typing import Any

import pytest
from django.test import Client

from directory.network.models import Clinician
from directory.self_description.vocabulary import Display, Field
from tests.builders.answers import hides, says

pytestmark = pytest.mark.django_db
People = dict[str, Clinician]


def pages(network: People) -> list[str]:
    npi = network["amina"].npi
    return [
        "/api/v1/clinicians/",
        "/api/v1/clinicians/?zip=55104&language=so",
        f"/api/v1/clinicians/{npi}/",
        "/find-care/",
        f"/find-care/clinicians/{npi}/",
        f"/es/find-care/clinicians/{npi}/",
    ]


def get(path: str, **headers: str) -> Any:
    return Client().get(path, headers=headers)


def test_who_has_these_bytes_is_told_so_and_gets_nothing_else(network: People) -> None:
    for path in pages(network):
        whole = get(path)
        assert whole["ETag"].startswith('"')
        assert whole["Cache-Control"] == "no-cache"
        same = get(path, if_none_match=f'"other", {whole["ETag"]}')
        assert same.status_code == 304
        assert same.content == b""
        for header in ("ETag", "Cache-Control", "Last-Modified", "X-Robots-Tag"):
            assert same.get(header) == whole.get(header)
        assert "Accept-Encoding" in same["Vary"]


def test_a_compressed_page_can_be_asked_about_as_well(network: People) -> None:
    for path in pages(network):
        packed = get(path, accept_encoding="gzip")
        assert packed["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.content) == get(path).content
        assert packed["ETag"] == f"W/{get(path)['ETag']}"
        assert get(path, accept_encoding="gzip", if_none_match=packed["ETag"]).status_code == 304


@pytest.mark.parametrize("hidden", [Field.RACE, Field.GENDER])
def test_after_a_withdrawal_nobody_is_told_that_a_copy_is_still_true(network: People, hidden: Field) -> None:
    """On the same day, too: the day that an answer shows does not move with what is taken back."""
    answers = {path: get(path) for path in pages(network)}
    hides(network["amina"], hidden)
    for path, before in answers.items():
        day = before["Last-Modified"]
        for asked in (
            {"if_none_match": before["ETag"]},
            {"if_modified_since": day},
            {"if_modified_since": "Sun, 01 Jan 2040 00:00:00 GMT"},
            {"if_none_match": before["ETag"], "if_modified_since": day},
        ):
            after = get(path, **asked)
            assert after.status_code == 200
            assert after.content != before.content
        assert after["Last-Modified"] == day


def test_a_day_alone_is_never_believed(network: People) -> None:
    for path in pages(network):
        assert get(path, if_modified_since="Sun, 01 Jan 2040 00:00:00 GMT").status_code == 200


def test_the_day_is_the_latest_that_the_answer_shows(network: People) -> None:
    assert get(f"/api/v1/clinicians/{network['amina'].npi}/")["Last-Modified"] == "Mon, 19 Oct 2026 00:00:00 GMT"
    assert get(f"/api/v1/clinicians/{network['jonathan'].npi}/")["Last-Modified"] == "Sat, 01 Mar 2025 00:00:00 GMT"
    assert get("/api/v1/clinicians/")["Last-Modified"] == "Mon, 19 Oct 2026 00:00:00 GMT"
    assert "Last-Modified" not in get(f"/api/v1/clinicians/{network['sam'].npi}/").headers


@pytest.mark.parametrize("display", [Display.PRIVATE, Display.MATCHING, None])
def test_what_is_not_shown_moves_neither(network: People, display: Display | None) -> None:
    before = {path: get(path) for path in pages(network)}
    says(network["sam"], Field.RACE, "x-somali", display=display, written_in="Benadir")
    for path, answer in before.items():
        after = get(path)
        assert (after["ETag"], after.get("Last-Modified")) == (answer["ETag"], answer.get("Last-Modified"))


def test_what_went_wrong_has_no_tag_and_a_list_is_not_kept(network: People) -> None:
    for path in ("/api/v1/clinicians/2999999999/", "/find-care/clinicians/2999999999/"):
        answer = get(path, if_none_match="*")
        assert answer.status_code == 404
        assert "ETag" not in answer.headers
    for path in ("/find-care.csv", "/find-care/print/", "/find-care/places.csv", "/find-care/places/print/"):
        answer = get(path, if_none_match="*")
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-cache"
        assert "ETag" not in answer.headers


def test_the_api_is_described_as_it_is(network: People) -> None:
    """What the schema says of a clinician is all that is sent, and nothing is sent that it does not say."""
    schema = json.loads(get("/api/schema/").content)
    described = schema["components"]["schemas"]

    def same_fields(sent: Any, shape: Any) -> None:
        if "$ref" in shape:
            shape = described[shape["$ref"].rpartition("/")[2]]
        if shape.get("type") == "array":
            for each in sent:
                same_fields(each, shape["items"])
        elif "properties" in shape:
            assert set(sent) == set(shape["properties"])
            for name, value in sent.items():
                same_fields(value, shape["properties"][name])

    for person in network.values():
        same_fields(get(f"/api/v1/clinicians/{person.npi}/").json(), {"$ref": "/Clinician"})
    same_fields(get("/api/v1/clinicians/?zip=99999&race=nobody").json(), {"$ref": "/Results"})
    same_fields(get("/api/v1/clinicians/").json(), {"$ref": "/Results"})
    for kind in ("ndjson", "providers.json"):
        responses = schema["paths"][f"/api/v1/directory/{{state}}.{kind}.gz"]["get"]["responses"]
        assert set(responses) == {"200", "404", "503"}
        assert list(responses["200"]["content"]) == ["application/gzip"]
