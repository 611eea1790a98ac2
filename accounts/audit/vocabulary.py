AUDIT_LOCK = 7_302_040
"""Held by whoever seals. Any number of our own."""

OTHERS_SECONDS = 0.5
"""Whoever commits seals the events of others, too, that are up to this much older than its own."""

EVENTS_AT_ONCE = 1_000
"""How many one statement writes down: it takes 65,535 parameters at most."""

RECENT_MINUTES = 10
"""How far back the sweep of every minute looks. The one of every night looks at all."""

UNSEALED_FOR_LONG_MINUTES = 5
"""An event that is still not sealed after this long means that nobody sweeps."""
