"""`manage.py choose_name_ids`: agents keep the workers that they have in Flex already."""

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from idp import clock
from idp.agents.models import Agent
from idp.audit.events import Origin
from idp.importing import sheet
from idp.saml import name_ids
from idp.saml.name_ids import NameIdRefused
from idp.web.departments import reach
from idp.web.management.output import in_one_sentence, reading
from idp.web.management.recorded import RecordedCommand

HEADINGS = {"email": "Email", "nameid": "Name ID"}
Row = tuple[int, str, str]


class Command(RecordedCommand):
    """Sets name IDs from a file, all or none."""

    help = (
        "Sets the name IDs of agents who have not signed in yet, from a CSV file with the columns Email and Name ID. "
        "Sets all or none. Exits with status 1 if a row has a problem."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the file, and `--dry-run`."""
        parser.add_argument("file", metavar="FILE", help="CSV with the columns Email and Name ID")
        parser.add_argument("--dry-run", action="store_true", help="say what would be set, and change nothing")

    def handle(self, *_: Any, file: str, dry_run: bool, **__: Any) -> None:
        """Print the problems by row, then how many name IDs were set."""
        with in_one_sentence():
            rows = _rows(file)
        with transaction.atomic():
            chosen, problems = _choose(rows, self.origin)
            transaction.set_rollback(dry_run or bool(problems))
        for row, sentence in problems:
            self.stderr.write(f"row {row}: {sentence}")
        if problems:
            raise CommandError("Nothing was set. Correct these rows or remove them, and run this again.")
        self.stdout.write(f"{'Would be set' if dry_run else 'Set'}: {chosen}, unchanged: {len(rows) - chosen}.")


def _rows(file: str) -> list[Row]:
    """Return row numbers, emails and name IDs. Raises CommandError or UnreadableFile."""
    with reading(file):
        content = Path(file).read_bytes()
    read = sheet.read(content)
    headings = ["".join(it for it in heading.lower() if it.isalpha()) for heading in read.headings]
    if missing := [name for key, name in HEADINGS.items() if headings.count(key) != 1]:
        raise CommandError(f"The first row must name each of these columns once: {', '.join(missing)}.")
    emails, names = (headings.index(key) for key in HEADINGS)
    wide = [(row, (*cells, *[""] * len(headings))) for row, cells in read.rows]
    return [(row, _tidy(cells[emails]), _tidy(cells[names])) for row, cells in wide]


def _tidy(cell: str) -> str:
    """Strip spaces, and the apostrophe with which spreadsheets mark text."""
    return cell.strip().removeprefix("'")


def _choose(rows: list[Row], origin: Origin) -> tuple[int, list[tuple[int, str]]]:
    """Set the name IDs row by row. Returns how many changed, and the problems by row."""
    within = reach.agents_for(None)
    agents = {it.email.lower(): it for it in within.filter(email__in=[email for _, email, _ in rows])}
    twice = {email for email, count in Counter(email.lower() for _, email, _ in rows).items() if count > 1}
    now, chosen, problems = clock.now(), 0, []
    for row, email, value in rows:
        agent = agents.get(email.lower()) or within.filter(email__iexact=email).first()
        try:
            chosen += name_ids.choose(_certain(email, value, agent, twice), value, "command line", origin, now)
        except NameIdRefused as refused:
            problems.append((row, str(refused)))
    return chosen, problems


def _certain(email: str, value: str, agent: Agent | None, twice: set[str]) -> Agent:
    """Return the agent that a row names. Raises NameIdRefused."""
    if agent is None:
        raise NameIdRefused(f"Nobody has the email {email}." if email else "There is no email.")
    if email.lower() in twice:
        raise NameIdRefused("The same email is in another row too.")
    if not value:
        raise NameIdRefused("There is no name ID.")
    return agent
