"""`manage.py doctor`: check everything that a sign-in depends on, and say how to fix each fault."""

import argparse
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from idp import clock
from idp.conf import Conf
from idp.web.checkup import all_subjects, finding, proxies, verify_rate_limits
from idp.web.management.at_once import CommandAtOnce
from idp.web.management.output import write_json


class Command(CommandAtOnce):
    """Checks everything that a sign-in depends on. Exits with status 1 if there is a fault."""

    help = "Checks keys, clock, address, proxies, Verify, database, Redis and policy, and says how to fix each problem."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare `--offline`, `--json` and `--make-rate-limits`."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")
        parser.add_argument(
            "--offline", action="store_true", help="do not connect to Twilio or to Latchkey's public address"
        )
        parser.add_argument(
            "--make-rate-limits",
            action="store_true",
            help="first create the rate limits that the Verify service at Twilio lacks; existing ones stay",
        )

    def handle(self, *_: Any, as_json: bool, offline: bool, make_rate_limits: bool, **__: Any) -> None:
        """Print a line for each finding, with its fix below."""
        conf = settings.LATCHKEY
        if make_rate_limits:
            self._make_rate_limits(conf, offline=offline)
        judged = [*all_subjects.check_everything(conf, clock.now(), online=not offline), *proxies.check_locally(conf)]
        found = finding.worst_first(judged)
        if as_json:
            write_json(self.stdout, finding.as_values(found))
        else:
            self.stdout.write("\n".join(finding.lines(found)))
        self.stderr.write(finding.summary(found))
        if not finding.in_order(found):
            sys.exit(1)

    def _make_rate_limits(self, conf: Conf, *, offline: bool) -> None:
        if offline:
            raise CommandError("Rate limits are created at Twilio: run this without --offline.")
        try:
            self.stderr.write(verify_rate_limits.make(conf))
        except verify_rate_limits.NotMade as error:
            raise CommandError(str(error)) from None
