class ImportRefused(Exception):
    """The whole import is refused and nothing has changed; the message says why and what to do next."""
