class DemoRefused(Exception):
    """The demo does not start: one sentence that says why, and what to do."""
