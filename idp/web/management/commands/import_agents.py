"""`manage.py import_agents`: agents from a CSV file, as the admin's import does it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from idp import clock
from idp.importing import imports
from idp.importing.imports import Refused
from idp.importing.models import SHARE, Import
from idp.importing.people import Change
from idp.importing.planning import Plan
from idp.importing.sheet import MOST_BYTES
from idp.web import people_files
from idp.web.management.output import in_one_sentence, reading, write_json
from idp.web.management.recorded import RecordedCommand


class Command(RecordedCommand):
    """Imports all of a file, or nothing."""

    help = (
        "Adds and changes agents from a CSV file. If a row has a problem it writes nothing, unless you choose to leave "
        "such rows out, and exits with status 1."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the file, `--dry-run`, and what to do about agents missing from the file."""
        parser.add_argument("file", metavar="FILE", help="CSV in the format of an export; - is stdin")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--leave-out-problems", action="store_true", help="write the rows without problems")
        parser.add_argument("--switch-off-missing", action="store_true", help="switch off agents who are not in FILE")
        parser.add_argument(
            "--most-missing",
            type=_percent,
            default=SHARE,
            metavar="PERCENT",
            help=f"refuse to switch off a larger share of those who may sign in; {SHARE} by default",
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, file: str, dry_run: bool, as_json: bool, **more: Any) -> None:
        """Print the problems by row, then what was written."""
        who, now = people_files.importer(None, self.origin), clock.now()
        waiting = Import(
            made_at=now,
            file_name="stdin" if file == "-" else Path(file).name[-100:],
            content=_content(file),
            missing_off=more["switch_off_missing"],
            most_missing=more["most_missing"],
        )
        with in_one_sentence():
            prepared = imports.prepare(waiting, who)
        plan = prepared.plan
        stopped = "" if dry_run else _stopped(plan, leave_out=more["leave_out_problems"])
        done = not dry_run and not stopped
        if done:
            waiting.save()
            try:
                people_files.write(waiting, prepared, who, now, lambda count: self._progress(count, plan))
            except Refused as refused:
                waiting.delete()
                raise CommandError(str(refused)) from None
        if as_json:
            write_json(self.stdout, _as_values(plan, done=done))
        else:
            self._print(plan, done=done)
        if stopped:
            raise CommandError(stopped)
        if plan.problems or plan.missing.refused:
            sys.exit(1)

    def _progress(self, count: int, plan: Plan) -> None:
        self.stderr.write(f"{count:,} of {len(plan.changes):,} written")

    def _print(self, plan: Plan, *, done: bool) -> None:
        for it in plan.problems:
            self.stderr.write(f"row {it.row}, {it.column}{f', {it.who}' if it.who else ''}: {it.sentence}")
        for heading in plan.strange_headings:
            self.stderr.write(f"column {heading}: ignored")
        if plan.missing.refused:
            self.stderr.write(f"Nobody is switched off for being absent. {plan.missing.refused}")
        missing = 0 if plan.missing.refused else len(plan.missing.changes)
        self.stdout.write(
            f"{'Written' if done else 'Not written'}: {len(plan.new)} new, {len(plan.changed)} changed, "
            f"{plan.unchanged} unchanged, {missing} absent and switched off, {plan.left_out} with problems."
        )


def _percent(typed: str) -> int:
    if typed.isdecimal() and int(typed) <= 100:  # noqa: PLR2004 - percent
        return int(typed)
    raise argparse.ArgumentTypeError(f"“{typed}” is no number from 0 to 100")


def _content(file: str) -> bytes:
    """Read the file, up to one byte more than the limit. Raises CommandError."""
    if file == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with reading(file), Path(file).open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _stopped(plan: Plan, *, leave_out: bool) -> str:
    if plan.problems and not leave_out:
        return "Nothing was written. Mend these rows, or leave them out: --leave-out-problems"
    return ""


def _as_values(plan: Plan, *, done: bool) -> dict[str, Any]:
    return {
        "written": done,
        "new": [it.after.email for it in plan.new],
        "changed": [_change(it) for it in plan.changed],
        "unchanged": plan.unchanged,
        "switched_off": [] if plan.missing.refused else [it.after.email for it in plan.missing.changes],
        "not_switched_off_because": plan.missing.refused,
        "new_departments": list(plan.departments),
        "problems": [
            {"row": it.row, "email": it.who, "column": it.column, "sentence": it.sentence} for it in plan.problems
        ],
    }


def _change(it: Change) -> dict[str, Any]:
    return {"email": it.after.email, "columns": [column for column, _, _ in it.differences]}
