"""Where sessions are kept: Django's own table."""

import re

from django.contrib.sessions.backends import db

KEY = re.compile(r"[a-z0-9]{32}")


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """Whatever else a cookie holds is not asked of the database, which takes no NUL."""
        return key is not None and KEY.fullmatch(key) is not None
