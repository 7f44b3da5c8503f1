"""`manage.py send_logouts`: tell services again of sign-outs that they could not be told of at once."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from idp import clock, reference
from idp.audit.events import Origin
from idp.login.emergency import everyone_out
from idp.saml.logout import telling
from idp.web.management.asking import write_json


class Command(BaseCommand):
    """For a timer, every minute or so. Runs that overlap do no harm: each try is made once."""

    help = "Notifies services of sign-outs: those that are due, for the first time or again."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Offer the list for programs."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, as_json: bool, **__: Any) -> None:
        """End what *everyone out* left to do, then tell, and list what became of each."""
        everyone_out.end_devices(Origin(None, "", reference.begin()), clock.now())
        tried = telling.send_due(clock.now())
        if as_json:
            rows = [(it.service_provider.slug, it.outcome, it.tries, it.detail) for it in tried]
            write_json(
                self.stdout, [dict(zip(("service", "outcome", "tries", "detail"), row, strict=True)) for row in rows]
            )
            return
        for it in tried:
            self.stdout.write(f"{it.service_provider.slug}: {it.get_outcome_display()}")
        self.stderr.write(f"{len(tried)} sign-outs were due.")
