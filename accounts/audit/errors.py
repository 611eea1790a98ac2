class AuditBroken(Exception):
    """The audit is not what was written; the message names the first row that shows it."""
