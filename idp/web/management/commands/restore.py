"""`manage.py restore`: load a backup into an empty database, sign everyone out, and check that it can serve.

Sign-ins are stopped until an operator has repeated what was done since the backup: in it, leavers may sign in, and
numbers lead to their former holders.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from idp import clock, reference
from idp.agents.models import AccessPass
from idp.audit.events import Origin
from idp.login.emergency import everyone_out, passes, stops
from idp.sql.unfinished import RestoreUnfinished
from idp.web.backup import files, proof
from idp.web.checkup import finding
from idp.web.models import OperatorLink

STOPPED = (
    "All sign-ins are stopped: repeat in the admin what was done since the backup, and then let people sign in again "
    "there, at Stop all sign-ins."
)


class Command(BaseCommand):
    """Signs everyone out and stops sign-ins: whom operators kept out after the backup must not get in again."""

    help = (
        "Loads a backup into the empty database of DATABASE_URL, migrates its tables, signs everyone out, stops all "
        "sign-ins until an operator lifts the stop, and says whether Latchkey can run from it. Exits with status 1 if "
        "not."
    )
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the file, and `--keep-sign-ins` for a move."""
        parser.add_argument("file", type=Path, help="the backup")
        parser.add_argument(
            "--keep-sign-ins",
            action="store_true",
            help="sign nobody out and stop nothing: only for a move, if nobody has signed in since the backup was made",
        )

    def handle(self, *_: Any, file: Path, keep_sign_ins: bool, **__: Any) -> None:
        """Load, migrate, sign out, and check."""
        try:
            files.load(file)
        except (files.BackupError, RestoreUnfinished) as error:
            raise CommandError(str(error)) from None
        call_command("migrate", verbosity=0)
        if keep_sign_ins:
            files.finish()
        else:
            count = sign_out(file.name)
            self.stderr.write(f"{count} phones and computers were signed out, and every operator. {STOPPED}")
        found = proof.check(clock.now())
        self.stdout.write("\n".join(finding.lines(finding.worst_first(found))))
        if not finding.in_order(found):
            sys.exit(1)


def sign_out(backup: str) -> int:
    """Sign out agents and operators, delete unused links to the admin, end passes, and stop all sign-ins.

    Returns how many devices were signed out.
    """
    origin, now = Origin(None, "", reference.begin()), clock.now()
    why = f"backup {backup} restored"[: everyone_out.LONGEST_WHY]
    with transaction.atomic():
        count = everyone_out.begin(None, why, origin, now)
        Session.objects.all().delete()  # operators' sessions, which the backup restored too
        OperatorLink.objects.filter(used_at__isnull=True).delete()  # one may have been used since
        for given in AccessPass.objects.running(now):
            passes.take_back(given, None, origin, now)
        stops.stop(None, why, origin, now)
        files.finish()
    everyone_out.end_devices(origin, clock.now)
    return count
