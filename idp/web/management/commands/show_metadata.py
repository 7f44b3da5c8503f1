"""`manage.py show_metadata`: Latchkey's SAML metadata, for a service provider that takes a file."""

import argparse
import sys
from typing import Any

from django.core.management.base import CommandError

from idp import clock
from idp.saml.metadata import check as metadata_check
from idp.saml.metadata import published
from idp.web.management.at_once import CommandAtOnce

MOST_DAYS = 3650


class Command(CommandAtOnce):
    """Prints the metadata document, or the result of checking it."""

    help = "Prints Latchkey's SAML metadata, as at /saml/metadata, or compares it with what services expect."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare `--sign`, `--check` and `--valid-days`."""
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--sign", action="store_true", help="sign it with the active RSA key, with an end of validity")
        way.add_argument(
            "--check", action="store_true", help="list what deployments expect of it; status 1 if a requirement fails"
        )
        parser.add_argument(
            "--valid-days", type=int, default=published.SIGNED_DAYS, metavar="N", help="days of validity with --sign"
        )

    def handle(self, *_: Any, sign: bool, check: bool, valid_days: int, **__: Any) -> None:
        """Print only the document on stdout, and its address on stderr."""
        now = clock.now()
        if check:
            self._check(metadata_check.checklist(published.metadata_document(now), now))
            return
        if not 1 <= valid_days <= MOST_DAYS:
            raise CommandError(f"--valid-days must be from 1 to {MOST_DAYS}.")
        document = published.signed_metadata(now, valid_days) if sign else published.metadata_document(now)
        self.stderr.write(f"This is the document at {published.metadata_url()}{'?signed' if sign else ''}")
        self.stdout.write(document.decode())

    def _check(self, checks: list[metadata_check.Check]) -> None:
        for it in checks:
            mark = "yes " if it.holds else "NO  " if it.must else "no  "
            advice = f" ({it.advice})" if it.advice and not it.holds else ""
            self.stdout.write(f"{mark}{it.sentence}{advice}")
        if any(it.must and not it.holds for it in checks):
            sys.exit(1)
