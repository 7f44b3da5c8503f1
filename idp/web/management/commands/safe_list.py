"""`manage.py safe_list`: put agents' numbers on Twilio's safe list, and take off those that are nobody's any more."""

import argparse
import sys
from typing import Any

from idp import clock, reference
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.otp.models import SafeListing
from idp.otp.safe_list import listings
from idp.otp.safe_list.provider import Reply, Verdict
from idp.web import safe_list_run
from idp.web.management.acting import ActingCommand
from idp.web.management.asking import find_agent, write_json

STOPPED_BY = (Verdict.CLOSED, Verdict.MISCONFIGURED)


class Command(ActingCommand):
    """For a timer, every minute. Runs that overlap do no harm: each number is claimed by one of them."""

    help = (
        "Goes on with what was asked of Twilio's safe list, 30 numbers a minute at most, and takes off numbers that "
        "are no enrolled agent's any more. Ends with status 1 if Twilio has no safe list for us."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Offer to ask for more first, and to do nothing but count."""
        parser.add_argument("--all", action="store_true", dest="everybody", help="ask for all agents' numbers first")
        parser.add_argument("--agent", action="append", default=[], metavar="EMAIL", help="ask for this agent's first")
        parser.add_argument("--dry-run", action="store_true", help="say how many are new and would leave; ask nothing")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_: Any, everybody: bool, agent: list[str], dry_run: bool, as_json: bool, **__: Any) -> None:
        """Tell what came of each number, by agent; no number is printed."""
        chosen = None if everybody else Agent.objects.filter(pk__in=[find_agent(it).pk for it in agent])
        if dry_run:
            it = listings.preview(chosen)
            self.stdout.write(f"{it.new} new, {it.listed} on the list, {it.under_way} under way, {it.leaving} to leave")
            return
        origin, now = Origin(None, "", reference.current()), clock.now()
        asked = listings.ask(now, chosen)
        if asked:
            events.record(Kind.SAFE_LIST, origin, now, detail=f"{asked} asked for, by command line")
        done = list(safe_list_run.batch(origin))
        if as_json:
            write_json(self.stdout, [_row(*it) for it in done])
        else:
            for row, reply in done:
                self.stdout.write(f"{row.agent.email}: {_act(row)}: {reply.verdict}")
        left = SafeListing.objects.filter(due_at__isnull=False).count()
        self.stderr.write(f"{len(done)} asked of Twilio, {left} left for the next run.")
        stopped = next((reply.verdict for _, reply in done if reply.verdict in STOPPED_BY), None)
        if stopped is not None:
            self.stderr.write(stopped.sentence)
            sys.exit(1)


def _act(row: SafeListing) -> str:
    return "put on" if row.wanted else "take off"


def _row(row: SafeListing, reply: Reply) -> dict[str, object]:
    return {"agent": row.agent.email, "act": _act(row), "verdict": reply.verdict.value, "code": reply.code}
