"""`manage.py send_logouts`: notify services of sign-outs that could not be sent at once."""

import argparse
from typing import Any

from idp import clock, reference
from idp.audit.events import Origin
from idp.login.emergency import everyone_out
from idp.saml.logout import notifying
from idp.saml.models import LogoutNotice
from idp.web.management.at_once import CommandAtOnce
from idp.web.management.output import write_json


class Command(CommandAtOnce):
    """For a timer, every minute or so. Runs may overlap: each attempt is made once."""

    help = "Notifies services of sign-outs: those that are due, for the first time or again."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare `--json`."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, as_json: bool, **__: Any) -> None:
        """Finish revoking devices after *everyone out*, then send the notices that are due, and print each outcome."""
        everyone_out.end_devices(Origin(None, "", reference.begin()), clock.now)
        tried = notifying.send_due(clock.now())
        if as_json:
            write_json(self.stdout, [_as_values(it) for it in tried])
            return
        for it in tried:
            self.stdout.write(f"{it.service_provider.slug}: {it.get_outcome_display()}")
        self.stderr.write(f"{len(tried)} sign-outs were due.")


def _as_values(it: LogoutNotice) -> dict[str, Any]:
    return {"service": it.service_provider.slug, "outcome": it.outcome, "tries": it.tries, "detail": it.detail}
