"""The application that a web server calls."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from .database import see_to_a_database
from .errors import SettingError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")
try:
    see_to_a_database(os.environ)
    application = get_wsgi_application()
except SettingError as error:
    sys.exit(str(error))
