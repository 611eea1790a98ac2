"""Column types of PostgreSQL that Django does not know."""

from typing import Any

from django.db import models


class BitsField(models.Field):
    """One bit for each clinician of a chunk, as PostgreSQL's ``bit varying``. Python sees a string of 0 and 1."""

    def db_type(self, connection: Any) -> str:
        return "bit varying"


class BoxField(models.Field):
    """A rectangle of longitude and latitude, as PostgreSQL's ``box``."""

    def db_type(self, connection: Any) -> str:
        return "box"


class KeyField(models.TextField):
    """Folded text, compared byte by byte, so that its order is the same on every machine."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_collation"] = "C"
        super().__init__(*args, **kwargs)
