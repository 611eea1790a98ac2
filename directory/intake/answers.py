"""The file of invented answers, for tests and demonstrations."""

from accounts.ingest.errors import ImportRefused
from accounts.ingest.rules import Column, CsvShape, day, listed, needed, text
from directory.self_description.vocabulary import Display, Field

from .cells import NPI_KEY, details, npi, one_of

INVENTED_FIRST_DIGIT = "2"
"""No real person has an NPI that begins with it."""

PUBLIC, HIDDEN = "public", "hidden"
DISPLAYS = (PUBLIC, HIDDEN, *Display.values)


def invented_npi(cell: str) -> str | None:
    """An NPI that nobody has. Raises ImportRefused for any other: then no answer of the file is read."""
    if not cell.strip().startswith(INVENTED_FIRST_DIGIT):
        raise ImportRefused(
            "answers.csv has a row whose NPI does not begin with 2: it may be somebody's. Only invented answers of "
            "invented people are read here; real clinicians answer for themselves."
        )
    return npi(cell)


# The field is no part of the key of a row: that somebody answered it is already more than may be told.
ANSWERS = CsvShape(
    "answers.csv",
    "staged_answer",
    (
        Column("npi", needed(invented_npi), "bigint", key=NPI_KEY),
        Column("field", one_of(*Field.values)),
        Column("codes", listed(text(48)), "text[]"),
        Column("display", one_of(*DISPLAYS)),
        Column("answered_on", day, "date"),
        Column("written_in", text(200), optional=True),
        Column("details", details, "jsonb", optional=True),
    ),
)
