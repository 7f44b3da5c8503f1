"""`manage.py safe_list`: put agents' numbers on Twilio's safe list, and take off numbers that no agent has."""

import argparse
import sys
from typing import Any

from idp import clock
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.models import Kind
from idp.otp.models import SafeListing
from idp.otp.safe_list import listings
from idp.otp.safe_list.provider import STANDSTILLS, Reply
from idp.web import safe_list_run
from idp.web.management.lookup import find_agent
from idp.web.management.output import write_json
from idp.web.management.recorded import RecordedCommand


class Command(RecordedCommand):
    """For a timer, every minute. Runs may overlap: each number is claimed by one of them."""

    help = (
        "Continues pending changes to Twilio's safe list, at most 30 numbers a minute, and removes numbers that no "
        "longer belong to an enrolled agent. Exits with status 1 if the account has no safe list."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the numbers to request first, `--dry-run` and `--json`."""
        parser.add_argument("--all", action="store_true", dest="everybody", help="first request all agents' numbers")
        parser.add_argument(
            "--agent", action="append", default=[], metavar="EMAIL", help="first request this agent's number"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many are new or would be removed, and request nothing"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, everybody: bool, agent: list[str], dry_run: bool, as_json: bool, **__: Any) -> None:
        """Print the outcome of each number, by agent. Numbers themselves are not printed."""
        chosen = None if everybody else Agent.objects.filter(pk__in=[find_agent(it).pk for it in agent])
        if dry_run:
            it = listings.preview(chosen)
            self.stdout.write(f"{it.new} new, {it.listed} on the list, {it.under_way} under way, {it.leaving} to leave")
            return
        now = clock.now()
        asked = listings.ask(now, chosen)
        if asked:
            events.record(Kind.SAFE_LIST, self.origin, now, detail=f"{asked} asked for, by command line")
        done = list(safe_list_run.batch(self.origin))
        if as_json:
            write_json(self.stdout, [_row(*it) for it in done])
        else:
            for row, reply in done:
                self.stdout.write(f"{row.agent.email}: {_act(row)}: {reply.verdict}")
        left = SafeListing.objects.filter(due_at__isnull=False).count()
        self.stderr.write(f"{len(done)} requests sent to Twilio, {left} left for the next run.")
        stopped = next((reply.verdict for _, reply in done if reply.verdict in STANDSTILLS), None)
        if stopped is not None:
            self.stderr.write(stopped.sentence)
            sys.exit(1)


def _act(row: SafeListing) -> str:
    return "put on" if row.wanted else "take off"


def _row(row: SafeListing, reply: Reply) -> dict[str, object]:
    return {"agent": row.agent.email, "act": _act(row), "verdict": reply.verdict.value, "code": reply.code}
