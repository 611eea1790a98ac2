"""What slices below tell signing in: what a session keeps that a stranger began.

Called from ``AppConfig.ready`` alone.
"""

KEPT: set[str] = set()


def keep_through_sign_in(name: str) -> None:
    """Of the session: a conversation that a stranger began so that it goes on with the account. Whoever signs in may
    have been led into it by somebody else, so it does nothing that they do not confirm."""
    KEPT.add(name)
