"""Why the listing was not numbered anew."""


class AlreadyRenumbering(Exception):
    def __str__(self) -> str:
        return "The listing is being numbered anew already. Wait until that has ended."


class StillRead(Exception):
    def __str__(self) -> str:
        return "The listing was in use without a pause, and keeps the numbers it had. Try again at a quieter hour."
