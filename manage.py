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
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - after the settings exist

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
