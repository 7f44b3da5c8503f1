"""`manage.py backup`: dump the whole database into one file, while agents sign in."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from idp.web.backup import files
from idp.web.management.at_once import CommandAtOnce, cleared_up_at_sigterm

NOT_IN_IT = (
    "Not in it, and to be kept apart from it: LATCHKEY_SECRET_KEY, LATCHKEY_KEY_ENCRYPTION_KEYS, Twilio's credentials "
    "and the other settings. Without the second, its signing keys cannot be read."
)


class Command(CommandAtOnce):
    """Safe at any time: the file holds the database as of one instant."""

    help = (
        "Writes the whole database to a new file that only its owner can read, in the format of SQLite or pg_dump. "
        "It does not contain the keys of the environment."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the file."""
        parser.add_argument("file", type=Path, help="the new file; an existing file is never overwritten")

    def handle(self, *_: Any, file: Path, **__: Any) -> None:
        """Write the whole file or nothing, and say what it does not contain."""
        try:
            with cleared_up_at_sigterm():
                files.dump(file)
        except files.BackupError as error:
            raise CommandError(str(error)) from None
        self.stderr.write(f"{file}: {file.stat().st_size / 1_000_000:.1f} MB. {NOT_IN_IT}")
