#!/usr/bin/env python
"""Django's command line for Latchkey."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idp.settings")
    if sys.argv[1:2] == ["demo"]:
        from idp.demo import environment  # noqa: PLC0415 - only the demo writes its own settings, before they are read

        environment.prepare()
    if sys.argv[1:2] == ["doctor"]:
        from idp.web.checkup import before_django  # noqa: PLC0415 - it speaks where Django cannot start

        before_django.stop_if_unfit(sys.argv[2:])
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - after the settings exist
    from django.db import InternalError, OperationalError, ProgrammingError  # noqa: PLC0415 - the same

    try:
        execute_from_command_line(sys.argv)
    except (InternalError, OperationalError, ProgrammingError) as error:  # away, read-only, without the tables
        if "--traceback" in sys.argv:
            raise
        why = str(error).partition("\n")[0].rstrip(".")
        sys.exit(f"The database did not answer as needed: {why}. What is wrong: python manage.py doctor --offline")


if __name__ == "__main__":
    main()
