"""`manage.py export_audit`: the trail as CSV or JSON lines, for archives and for whoever reads it elsewhere."""

import argparse
import json
from datetime import UTC, date, datetime, time
from typing import Any

from idp.audit.models import LoginEvent
from idp.importing import exporting
from idp.policies.naming import name_of
from idp.web.management.acting import ActingCommand

CHUNK = 2000
FACTS = (
    "at",
    "kind",
    "agent",
    "email",
    "device",
    "service",
    "method",
    "decision",
    "revision",
    "decided_by",
    "detail",
    "judged",
    "would_have",
    "address",
    "user_agent",
    "reference",
)


class Command(ActingCommand):
    """Write the trail to stdout, the oldest line first, without ever holding all of it."""

    help = "Writes the trail to stdout, the oldest line first: the same that operators see, personal data too."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask from when to when, and how."""
        when = "a day, or an instant in ISO 8601; UTC unless it says otherwise"
        parser.add_argument("--since", type=instant, metavar="WHEN", help=f"from this on: {when}")
        parser.add_argument("--until", type=instant, metavar="WHEN", help="before this")
        parser.add_argument("--format", choices=["csv", "jsonl"], default="csv", dest="written_as")

    def handle(self, *_: Any, since: datetime | None, until: datetime | None, written_as: str, **__: Any) -> None:
        """Write line by line, and say at the end how many there were."""
        lines, count = LoginEvent.objects.select_related("agent", "device").order_by("at", "pk"), 0
        if since:
            lines = lines.filter(at__gte=since)
        if until:
            lines = lines.filter(at__lt=until)
        if written_as == "csv":
            self.stdout.write(exporting.line(FACTS), ending="")
        names: dict[tuple[str, int | None], str] = {}
        for event in lines.iterator(chunk_size=CHUNK):
            facts = _facts(event, names)
            self.stdout.write(_as_json(facts) if written_as == "jsonl" else _as_csv(facts), ending="")
            count += 1
        self.stderr.write(f"{count:,} lines of the trail.")


def instant(typed: str) -> datetime:
    """Read a day (its first instant) or an instant, in UTC unless it names a zone. Raises ValueError."""
    try:
        read = datetime.combine(date.fromisoformat(typed), time.min)
    except ValueError:
        read = datetime.fromisoformat(typed)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _facts(event: LoginEvent, names: dict[tuple[str, int | None], str]) -> dict[str, Any]:
    """Say everything about a line; a rule is named once for each revision, since looking it up takes a query."""
    rule = event.decided_by, event.revision
    if rule not in names:
        names[rule] = name_of(*rule)
    return {
        "at": event.at.isoformat(),
        "kind": event.kind,
        "agent": event.agent.full_name if event.agent else "",
        "email": event.agent.email if event.agent else "",
        "device": event.device.label if event.device else "",
        "service": event.service,
        "method": event.method,
        "decision": event.effect,
        "revision": event.revision,
        "decided_by": names[rule],
        "detail": event.detail,
        "judged": event.judged,
        "would_have": event.would_have,
        "address": event.address or "",
        "user_agent": event.user_agent,
        "reference": event.reference,
    }


def _as_json(facts: dict[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False) + "\n"


def _as_csv(facts: dict[str, Any]) -> str:
    return exporting.line(_cell(facts[name]) for name in FACTS)


def _cell(value: object) -> str:
    """Write a value into a cell: nothing for None and for empty facts, JSON for what has parts."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    return "" if value is None else str(value)
