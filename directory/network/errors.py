from datetime import date

from accounts.ingest.errors import ImportRefused


class RosterShrinks(ImportRefused):
    """A roster would end too large a share of its source's roles."""

    def __init__(self, *, ends: int, of: int) -> None:
        super().__init__(
            f"{ends} of the {of} current roles of this source are not in the files and would end. See that the files "
            "are whole; if they are, run it again with --shrink."
        )


class PlacesShrink(ImportRefused):
    """A list of places would end too large a share of what it named before."""

    def __init__(self, *, ends: int) -> None:
        super().__init__(
            f"{ends} places of these lists are not in the files and would end. See that the files are whole; if they "
            "are, run it again with --shrink."
        )


class AsOfUnknown(ImportRefused):
    """Nobody knows of which day a file of the national registry speaks."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"Nothing says as of when {file} holds. Give it the name under which it was published, which has the day"
            " in it, name a main file beside it, or say --as-of DATE."
        )


class AsOfInTheFuture(ImportRefused):
    """A file of the national registry would speak of a day that has not come."""

    def __init__(self, file: str, as_of: date) -> None:
        super().__init__(
            f"{file} would hold as of {as_of}, which lies in the future, and later files would be ignored until then."
            " See that the day in its name, or that of --as-of, is right."
        )
