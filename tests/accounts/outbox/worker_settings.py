"""The site's settings, and the kinds of message that tests send."""

from portal.config import settings as site
from portal.config.settings import *  # noqa: F403

INSTALLED_APPS = [*site.INSTALLED_APPS, "tests.accounts.outbox"]
