"""`manage.py purge`: delete rows beyond their retention time, run by a timer."""

import argparse
import sys
from datetime import timedelta
from typing import Any

from django.conf import settings

from idp import clock
from idp.conf import retention
from idp.web.checkup import clocks
from idp.web.management.at_once import CommandAtOnce
from idp.web.management.output import write_json
from idp.web.retention import purge
from idp.web.retention.purge import Purged


class Command(CommandAtOnce):
    """Safe at any time, during sign-ins and other runs. Exits with status 1 if a table could not be purged."""

    help = (
        "Deletes expired rows (LATCHKEY_RETENTION_DAYS) in small steps. Safe to run at any time. "
        "Exits with status 1 if a table could not be purged; the log says why."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare `--dry-run` and `--json`."""
        parser.add_argument("--dry-run", action="store_true", help="count what would be deleted, and change nothing")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, dry_run: bool, as_json: bool, **__: Any) -> None:
        """Print how many rows were deleted, by table."""
        days = retention.days(settings.LATCHKEY.retention_days)
        now = clock.now() + min(timedelta(0), clocks.database_ahead())  # the earlier of both: what is deleted is gone
        done = list((purge.due if dry_run else purge.run)(days, now))
        if as_json:
            write_json(self.stdout, [_as_values(it) for it in done])
        else:
            for it in done:
                self.stdout.write(_line(it))
        rows = sum(it.rows or 0 for it in done)
        self.stderr.write(f"{rows} rows would go. Nothing was changed." if dry_run else f"{rows} rows are purged.")
        if any(it.rows is None for it in done):
            sys.exit(1)


def _line(it: Purged) -> str:
    count = "failed" if it.rows is None else str(it.rows)
    period = retention.BY_NAME[it.rule.period]
    return f"{count:>8}  {it.rule.table:<26} {period.what}, {it.days} days after {period.counted_from}"


def _as_values(it: Purged) -> dict[str, Any]:
    return {"table": it.rule.table, "period": it.rule.period, "days": it.days, "rows": it.rows}
