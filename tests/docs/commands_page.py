"""Writes the page of all commands: python -m tests.docs.commands_page > docs/reference/commands.md."""

import re
import sys

from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from idp.conf import ROOT
from tests.docs.pages import note, table

HELP = re.compile(r'@echo "make ([\w-]+) +(.*)"$', re.MULTILINE)
"""What `make` says by itself."""
TEXT = """# Commands

{note}

This page lists every `make` target and `manage.py` command, for operators and developers.

## make

{targets}

`make demo` takes `PORT` (8000; it also uses the next two ports) and `FRESH=1`, which first deletes the demo's database
and settings. Ctrl+C stops it. If it cannot start, it prints one sentence and exits with one of these codes, which make
repeats in its last line:

| Exit code | Cause |
| --- | --- |
| 3 | One of the three ports is taken. |
| 4 | The identity provider did not start; `var/demo.log` says why. |
| 10 | There is no Python. |
| 11 | Python is older than 3.11. |
| 12 | The virtual environment could not be created. |
| 13 | The packages could not be installed; `.venv/install.log` has the details. |
| 14 | `make test` only: PostgreSQL, Redis, nginx, systemd's tools or Chromium could not be installed. |
| 16 | `make test` only: Redis did not start. |

## manage.py

Run them as `.venv/bin/python manage.py <command>`. `--help` prints what is written here. Without settings in the
environment they use the demo.

{commands}

Two of Django's own commands are useful: `migrate` updates the tables, and `check --deploy` checks the settings. Do not
use `createsuperuser`: it creates an operator without a second factor, whom the admin does not let in.
"""


def page():
    told = HELP.findall((ROOT / "Makefile").read_text(encoding="utf-8"))
    targets = table("Command", "What it is for", rows=[(f"`make {name}`", words) for name, words in told])
    return TEXT.format(note=note("commands"), targets=targets, commands="\n\n".join(map(_section, commands())))


def commands():
    """Our own commands with their names, in the order of the alphabet."""
    apps = {name: app for name, app in get_commands().items() if isinstance(app, str) and app.startswith("idp.")}
    return [(name, load_command_class(apps[name], name)) for name in sorted(apps)]


def _section(named):
    name, command = named
    arguments = [(_shown(it), it.help or "") for it in _own(name, command)]
    takes = table("Argument", "Meaning", rows=arguments) if arguments else "Takes no arguments."
    return f"### `{name}`\n\n{command.help}\n\n{takes}"


def _own(name, command):
    """The arguments that Django does not give to every command."""
    common = {it.dest for it in BaseCommand().create_parser("manage.py", name)._actions}
    return [it for it in command.create_parser("manage.py", name)._actions if it.dest not in common]


def _shown(argument):
    spelt = ", ".join(argument.option_strings) or argument.metavar or argument.dest
    takes_value = argument.option_strings and argument.nargs != 0
    value = f" {argument.metavar or argument.dest.upper()}" if takes_value else ""
    return f"`{spelt}{value}`{', required' if argument.required and argument.option_strings else ''}"


if __name__ == "__main__":
    import django

    import tests.environment  # noqa: F401 - made-up settings, so that Django starts

    django.setup()
    sys.stdout.write(page())
