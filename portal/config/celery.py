"""The workers: ``celery -A portal.config worker``, and ``celery -A portal.config beat``, of which there is one."""

import os
import sys

from celery import Celery

from .database import see_to_a_database
from .errors import SettingError
from .schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")
try:
    see_to_a_database(os.environ)
    app = Celery("tessera")
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.beat_schedule = SCHEDULE
    app.autodiscover_tasks()
except SettingError as error:
    sys.exit(str(error))
