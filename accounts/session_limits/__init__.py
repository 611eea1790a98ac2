"""How a person learns that a session is about to end, and keeps it."""
