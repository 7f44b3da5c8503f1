"""`manage.py restore`: load a backup into an empty database, sign everyone out, and check that it can serve."""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from idp import clock, reference
from idp.agents.models import AccessPass
from idp.audit.events import Origin
from idp.login.emergency import everyone_out, passes, reasons, stops
from idp.sql.unfinished import RestoreUnfinished
from idp.web.backup import files, proof
from idp.web.checkup import finding
from idp.web.management.at_once import CommandAtOnce
from idp.web.models import OperatorLink

REPEAT = "Repeat in the admin what was done since the backup: an agent who left since may sign in with a code."
STOPPED = (
    "All sign-ins are stopped: repeat in the admin what was done since the backup, and then let people sign in again "
    "there, at Stop all sign-ins."
)


class Command(CommandAtOnce):
    """Signs everyone out, because agents who were signed out after the backup must not be signed in again."""

    help = (
        "Loads a backup into the empty database of DATABASE_URL, migrates its tables, signs everyone out, and says "
        "whether Latchkey can run from it. Exits with status 1 if not."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the file, and how those who are in it are treated."""
        parser.add_argument("file", type=Path, help="the backup")
        sign_ins = parser.add_mutually_exclusive_group()
        sign_ins.add_argument(
            "--stop-sign-ins",
            action="store_true",
            help="also stop all sign-ins, until an operator has repeated what was done since and lifts the stop",
        )
        sign_ins.add_argument(
            "--keep-sign-ins",
            action="store_true",
            help="sign nobody out: only for a move, if nobody has signed in since the backup was made",
        )

    def handle(self, *_: Any, file: Path, stop_sign_ins: bool, keep_sign_ins: bool, **__: Any) -> None:
        """Load, migrate, sign out, and check."""
        try:
            files.load(file)
        except (files.BackupError, RestoreUnfinished) as error:
            raise CommandError(str(error)) from None
        call_command("migrate", verbosity=0)
        if keep_sign_ins:
            files.finish()
        else:
            count = sign_out(file.name, stop=stop_sign_ins)
            next_step = STOPPED if stop_sign_ins else REPEAT
            self.stderr.write(f"{count} phones and computers were signed out, and every operator. {next_step}")
        found = proof.check(clock.now())
        self.stdout.write("\n".join(finding.lines(finding.worst_first(found))))
        if not finding.in_order(found):
            sys.exit(1)


def sign_out(backup: str, *, stop: bool) -> int:
    """Sign out agents and operators, delete unused links to the admin, end passes, and stop all sign-ins if asked to.

    Returns how many devices were signed out.
    """
    origin, now = Origin(None, "", reference.begin()), clock.now()
    why = f"backup {backup} restored"[: reasons.LONGEST]
    with transaction.atomic():
        count = everyone_out.begin(None, why, origin, now)
        Session.objects.all().delete()  # operators' sessions, which the backup restored too
        OperatorLink.objects.filter(used_at__isnull=True).delete()  # one may have been used since
        for given in AccessPass.objects.running(now):
            passes.take_back(given, None, origin, now)
        if stop:
            stops.stop(None, why, origin, now)
        files.finish()
    everyone_out.end_devices(origin, clock.now)
    return count
