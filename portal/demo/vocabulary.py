"""What the demo is called, and how it is served."""

SOURCE = "demo network"
"""Whose roster the fictional network is: it is whole within this name."""

FIRST_STAFF_NUMBER = 1001

MEMBERS = "demo members"
"""Whose enrolment file the fictional members are."""

PORT = 8000
WORKERS = 2
THREADS_OF_A_WORKER = 4
"""Each holds a database connection."""
WAITING_REQUESTS_OF_A_WORKER = 64
"""Whoever comes when so many wait is left to wait outside."""

MAILS_SHOWN = 50
