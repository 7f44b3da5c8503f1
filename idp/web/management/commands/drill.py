"""`manage.py drill`: restore a backup into a temporary database, check that it can serve, and delete it."""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import CommandError
from django.db import ProgrammingError, connection

from idp.conf import ROOT
from idp.web.backup import files
from idp.web.management.at_once import CommandAtOnce, cleared_up_at_sigterm

MAY_CREATE = "A database for the drill cannot be made. As PostgreSQL's superuser: ALTER ROLE ... CREATEDB"


class Command(CommandAtOnce):
    """Proves that a backup can be restored. It does not touch the installation."""

    help = (
        "Restores a backup into a temporary database, with the settings of the environment, and says whether Latchkey "
        "could run from it. Exits with status 1 if not."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the file."""
        parser.add_argument("file", type=Path, help="the backup")

    def handle(self, *_: Any, file: Path, **__: Any) -> None:
        """Restore in another process, which knows only the temporary database.

        Nobody is signed out, because services would be notified.
        """
        try:
            files.refuse_a_pooler()
        except files.BackupError as error:
            raise CommandError(str(error)) from None
        with cleared_up_at_sigterm(), _elsewhere() as url:
            command = [sys.executable, str(ROOT / "manage.py"), "restore", "--keep-sign-ins", str(file.absolute())]
            done = subprocess.run(  # noqa: S603 - constants, and a path
                command, env={**os.environ, "DATABASE_URL": url}, check=False, capture_output=True, text=True
            )
        self.stdout.write(done.stdout)
        if done.returncode:
            raise CommandError(f"Latchkey could not run from this backup. {done.stderr.strip().rpartition(chr(10))[2]}")
        self.stderr.write("Latchkey could run from this backup. The temporary database has been removed.")


@contextmanager
def _elsewhere() -> Iterator[str]:
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory(prefix="latchkey-drill-") as folder:
            yield f"sqlite:///{folder}/drill.sqlite3"
        return
    name = f"latchkey_drill_{secrets.token_hex(4)}"
    try:
        _execute(f"CREATE DATABASE {name}")
    except ProgrammingError:
        raise CommandError(MAY_CREATE) from None
    try:
        yield urlsplit(settings.LATCHKEY.database_url)._replace(path=f"/{name}").geturl()
    finally:
        _execute(f"DROP DATABASE {name} WITH (FORCE)")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
