"""`manage.py check_refusals`: for a timer that watches publications of the access policy."""

import argparse
from typing import Any

import structlog
from django.core.management.base import CommandError

from idp import clock
from idp.audit.statistics import unexpected_refusals
from idp.policies.rule_names import name_of
from idp.web.management.at_once import CommandAtOnce
from idp.web.management.output import write_json

log = structlog.get_logger(__name__)


class Command(CommandAtOnce):
    """Reports whether far more sign-ins are refused since the last publication than forecast."""

    help = (
        "Says whether far more sign-ins are refused than forecast since access rules were last published: "
        "more than five, and more than three times the forecast, within an hour. "
        "If so, it logs refusals_unforeseen and exits with status 1."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare `--json`."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, as_json: bool, **__: Any) -> None:
        """Check once."""
        found = unexpected_refusals.find(clock.now())
        if found is not None:
            log.warning(
                "refusals_unforeseen", revision=found.revision, refused=found.refused, forecast=round(found.forecast)
            )
        if as_json:
            alarm = found and {
                "revision": found.revision,
                "since": found.since.isoformat(),
                "refused": found.refused,
                "forecast": round(found.forecast, 1),
                "by": {name_of(key, found.revision): times for key, times in found.by},
            }
            write_json(self.stdout, {"alarm": alarm})
        if found is not None:
            raise CommandError(f"{found.sentence} Look at the home page of the admin.", returncode=1)
        if not as_json:
            self.stdout.write("Refusals are within the forecast.")
