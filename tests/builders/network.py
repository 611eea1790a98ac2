"""Clinicians, locations and roles for tests: plain functions, and whatever a test does not name is ordinary."""

from collections.abc import Iterable
from datetime import date
from itertools import count
from typing import Any

from directory.code_sets.rules import npi_is_valid
from directory.network.models import (
    Clinician,
    Location,
    Organization,
    PracticeAddress,
    PractitionerRole,
    StatedLanguage,
)

SOURCE = "a test"
_next = count(1)


def valid_npi(n: int) -> int:
    """The n-th invented NPI: begins with 2, ends with the right check digit; n below 100 million."""
    stem = f"2{n:08}"
    return next(int(stem + digit) for digit in "0123456789" if npi_is_valid(stem + digit))


def an_organization(npi: int | None = None, name: str = "Alder Street Clinic") -> Organization:
    return Organization.objects.create(npi=npi or valid_npi(50_000_000 + next(_next)), name=name, source=SOURCE)


def a_location(**facts: Any) -> Location:
    """A clinic in Saint Paul; every column can be named."""
    ordinary: dict[str, Any] = {
        "source": SOURCE,
        "source_key": f"site {next(_next)}",
        "name": "Alder Street Clinic",
        "line1": "400 Alder Street",
        "city": "Saint Paul",
        "state": "MN",
        "zip": "55104",
        "county_fips": "27123",
        "latitude": 44.9581,
        "longitude": -93.1702,
        "phone": "6515550142",
    }
    return Location.objects.create(**(ordinary | facts))


def a_practice_address(npi: int, **facts: Any) -> PracticeAddress:
    """Where the national registry says that somebody practises; all such are at one address with one telephone."""
    ordinary: dict[str, Any] = {
        "nth": 0, "line1": "400 ALDER ST", "line2": "", "city": "SAINT PAUL", "state": "MN", "zip": "55104", "zip4": "",
        "country": "US", "phone": "6515550142", "fax": "", "as_of": date(2025, 1, 1),
    }  # fmt: skip
    return PracticeAddress.objects.create(npi=npi, **(ordinary | facts))


def a_clinician(
    npi: int | None = None,
    family: str = "Warsame",
    given: str = "Amina",
    specialties: Iterable[str] = ("207Q00000X",),
    languages: Iterable[str] = ("en",),
    at: Location | None = None,
    **facts: Any,
) -> Clinician:
    """A clinician who states these languages, with a role at a location when ``at`` names one."""
    clinician = Clinician.objects.create(
        npi=npi or valid_npi(next(_next)),
        source=SOURCE,
        family_name=family,
        given_name=given,
        specialties=list(specialties),
        **facts,
    )
    for language in languages:
        StatedLanguage.objects.create(clinician=clinician, language=language, source=SOURCE)
    if at is not None:
        a_role(clinician, at)
    return clinician


def a_role(
    clinician: Clinician,
    location: Location,
    networks: Iterable[str] = (),
    accepting: str = "newpt",
    starts_on: date | None = None,
    **facts: Any,
) -> PractitionerRole:
    return PractitionerRole.objects.create(
        source=SOURCE,
        clinician=clinician,
        location=location,
        networks=list(networks),
        accepting=accepting,
        starts_on=starts_on,
        **({"is_primary": True} | facts),
    )
