"""`manage.py add_operator`: create an operator, and a link that opens the admin once."""

import argparse
from typing import Any

from idp import clock
from idp.agents import provisioning
from idp.web.management.output import in_one_sentence
from idp.web.management.recorded import RecordedCommand
from idp.web.operators import links


class Command(RecordedCommand):
    """Creates or finds an operator, and prints a one-time link to the admin."""

    help = "Creates an operator, or finds the existing one, and prints a link that opens the admin once."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare who it is."""
        parser.add_argument("email", help="email address of the operator")
        parser.add_argument("--name", default="", help="full name, for a new person; by default the email address")

    def handle(self, *_: Any, email: str, name: str, **__: Any) -> None:
        """Print only the link on stdout."""
        with in_one_sentence():
            operator, was_none, was_off = provisioning.operator(email, full_name=name)
        standing = "is an operator now" if was_none else "is one already"
        back = ". They were switched off, and are switched on again" if was_off else ""
        self.stderr.write(f"{operator} ({operator.email}) {standing}{back}.")
        self.stderr.write("This link opens the admin once, within 24 hours:")
        self.stdout.write(links.make(operator, clock.now()))
