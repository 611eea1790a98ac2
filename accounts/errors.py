class UsernameRefused(ValueError):
    """The text is no username."""


class AccessEnded(Exception):
    """Somebody reads a download, and may not have the rest of it."""
