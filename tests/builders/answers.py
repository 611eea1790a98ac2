"""Clinicians who say something of themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.vocabulary import program
from directory.network.models import Clinician
from directory.publication.operations import choose
from directory.self_description.models import Answer
from directory.self_description.operations import Name, Said
from directory.self_description.vocabulary import Display, Field
from tests.builders.publishing import NOW

SHOWN, MATCHING, PRIVATE = Display.SHOWN, Display.MATCHING, Display.PRIVATE


def says(
    clinician: Clinician,
    field: Field,
    *codes: str | Said,
    display: Display | None = SHOWN,
    at: datetime = NOW,
    **more: Any,
) -> Answer:
    """What ``choose`` does when the clinician answers: ``says(amina, Field.RACE, "2054-5", display=MATCHING)``."""
    values: Sequence[Said] = [code if isinstance(code, Said) else Said(code) for code in codes]
    return choose(clinician=clinician, field=field, display=display, values=values, by=program("test"), at=at, **more)


def hides(clinician: Clinician, field: Field, **more: Any) -> Answer:
    """An answer that says nothing: of a stated fact, that it must not stand in the listing."""
    return says(clinician, field, display=PRIVATE, **more)


def is_called(clinician: Clinician, family: str, given: str = "", **more: Any) -> Answer:
    """The name that the clinician gives instead of the stated one."""
    return says(clinician, Field.NAME, name=Name(family=family, given=given), **more)
