"""What can be wrong with a code set."""


class SeedFileIncompleteError(Exception):
    """A seed file cannot be loaded as it stands."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"The code set {name} {what}. Look at its file under seeds/code_sets.")
