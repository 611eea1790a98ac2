class ExportRefused(Exception):
    """The public files are not written: one sentence that says why, and what to do."""
