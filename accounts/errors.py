class UsernameRefused(ValueError):
    """The text is no username."""
