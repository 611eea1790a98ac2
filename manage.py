#!/usr/bin/env python
"""The site's commands: ``manage.py help`` lists them."""

import os
import sys

from django.core.management import execute_from_command_line

from portal.config.database import see_to_a_database
from portal.config.errors import SettingError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")
    try:
        see_to_a_database(os.environ)
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
