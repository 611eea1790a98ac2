"""What a staff file looks like: a row for each post."""

from accounts.email_change.rules import is_an_address
from accounts.ingest.rules import CellRefused, Column, CsvShape, day, header_key, needed, text
from accounts.vocabulary import Job

LANGUAGES = {"": "en", "en": "en", "english": "en", "es": "es", "spanish": "es"}
JOBS = {header_key(name): str(job) for job in Job for name in (job.value, job.name)}


def job(cell: str) -> str:
    if found := JOBS.get(header_key(cell)):
        return found
    raise CellRefused(f"is none of {', '.join(Job.values)}")


def language(cell: str) -> str:
    if found := LANGUAGES.get(cell.strip().lower()):
        return found
    raise CellRefused("is neither en nor es")


def address(cell: str) -> str:
    found = cell.strip()
    if len(found) > 254 or not is_an_address(found):
        raise CellRefused("is no email address")
    return found


STAFF = CsvShape(
    file="staff.csv",
    table="staged_staff",
    columns=(
        Column("number", needed(text(40)), key=r"[A-Za-z0-9._-]{1,40}", titles=("staff_number",)),
        Column("first_name", needed(text(100))),
        Column("last_name", needed(text(100))),
        Column("email", address, titles=("work_email",)),
        Column("language", language, optional=True),
        Column("department", needed(text(100))),
        Column("job", job, key="|".join(Job.values)),
        Column("manager_number", text(40)),
        Column("first_day", needed(day), type="date", titles=("from",)),
        Column("last_day", day, type="date", titles=("until",)),
    ),
)
