"""`manage.py everyone_out`: sign everyone out, as after a backup was restored."""

import argparse
from typing import Any

from django.core.management.base import CommandError

from idp import clock
from idp.login.emergency import everyone_out
from idp.web.management.output import write_json
from idp.web.management.recorded import RecordedCommand


class Command(RecordedCommand):
    """Revokes every device. Each needs a code, and the agent reads why."""

    help = "Signs everyone out: every phone and computer needs a new code. Use it after restoring a backup or a leak."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the reason, and `--dry-run`."""
        parser.add_argument("--why", required=True, help="the reason, which the trail shows to operators")
        parser.add_argument("--dry-run", action="store_true", help="only count how many would be signed out")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, why: str, dry_run: bool, as_json: bool, **__: Any) -> None:
        """Set the cutoff, then revoke each device, and print how many there were."""
        count = everyone_out.count_signed_in().total() if dry_run else self._sign_out(why)
        if as_json:
            write_json(self.stdout, {"signed_out": 0 if dry_run else count, "would_be": count})
            return
        what = "would be signed out" if dry_run else "signed out here"
        self.stderr.write(f"{count} phones and computers {what}. Flex may stay open on them until somebody closes it.")

    def _sign_out(self, why: str) -> int:
        try:
            count = everyone_out.begin(None, why, self.origin, clock.now())
        except ValueError as refused:
            raise CommandError(str(refused)) from None
        everyone_out.end_devices(self.origin, clock.now)
        return count
