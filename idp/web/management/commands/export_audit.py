"""`manage.py export_audit`: the trail as CSV or JSON lines, for archives and other programs."""

import argparse
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError

from idp import clock
from idp.audit import acts
from idp.audit.models import Kind
from idp.web.management.recorded import RecordedCommand
from idp.web.request_fields import parse_instant
from idp.web.trail import exports
from idp.web.trail.exports import WRITERS


class Command(RecordedCommand):
    """Writes the trail to stdout as a stream, the oldest event first."""

    help = "Writes the trail to stdout, oldest entry first, including personal data, as operators see it."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the time range and the format."""
        when = "a day, or an instant in ISO 8601; UTC by default"
        parser.add_argument("--since", type=_instant, metavar="WHEN", help=f"from then on: {when}")
        parser.add_argument("--until", type=_instant, metavar="WHEN", help="before then")
        parser.add_argument(
            "--format", choices=sorted(WRITERS), default="csv", dest="written_as", help="csv by default"
        )

    def handle(self, *_: Any, since: datetime | None, until: datetime | None, written_as: str, **__: Any) -> None:
        """Write event by event, then print how many there were."""
        if since and until and since >= until:
            raise CommandError("--since must be before --until.")
        now = clock.now()
        lines = exports.events_before(acts.record(Kind.TRAIL_EXPORTED, acts.NOTHING, now, detail=_span(since, until)))
        if since:
            lines = lines.filter(at__gte=since)
        if until:
            lines = lines.filter(at__lt=until)
        count = -1  # the headings, or the checkpoint
        for line in WRITERS[written_as](lines, now):
            self.stdout.write(line, ending="")
            count += 1
        self.stderr.write(f"{count:,} lines of the trail.")


def _instant(argument: str) -> datetime:
    try:
        return parse_instant(argument)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _span(since: datetime | None, until: datetime | None) -> str:
    ends = (("from", since), ("until", until))
    return ", ".join(f"{word} {at:%Y-%m-%d %H:%M} UTC" for word, at in ends if at) or "all of it"
