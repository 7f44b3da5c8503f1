"""`manage.py add_supervisor`: make somebody a supervisor of departments, and print a link for them."""

import argparse
from typing import Any

from django.db import transaction

from idp import clock
from idp.agents import provisioning
from idp.agents.models import Supervisor
from idp.agents.roles import ROLES
from idp.web.management.output import in_one_sentence
from idp.web.management.recorded import RecordedCommand
from idp.web.operators import links


class Command(RecordedCommand):
    """Creates or finds a supervisor, and prints a one-time link to the admin."""

    help = "Lets somebody look after the agents of some departments, and prints a link that opens the admin once."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare who it is, and their departments and roles."""
        parser.add_argument("email", help="email address of the supervisor")
        parser.add_argument("--name", default="", help="full name, for a new person; by default the email address")
        parser.add_argument(
            "--department",
            action="append",
            default=[],
            dest="departments",
            metavar="NAME",
            help="a department; may be repeated",
        )
        parser.add_argument(
            "--role",
            action="append",
            default=[],
            dest="roles",
            metavar="ROLE",
            choices=ROLES,
            help="a role that they may give; may be repeated; by default agent",
        )

    def handle(self, *_: Any, email: str, name: str, departments: list[str], roles: list[str], **__: Any) -> None:
        """Print only the link on stdout. Departments and roles that are given replace the previous ones."""
        with in_one_sentence(), transaction.atomic():
            known = Supervisor.objects.filter(person__email__iexact=email.strip()).first()
            wanted = provisioning.departments(departments) if departments or not known else known.departments.all()
            may_give = roles or (known.grantable if known else {"agent"})
            supervisor, _new = provisioning.supervisor(email, name, wanted, may_give)
        person = supervisor.person
        after = ", ".join(supervisor.named.values())
        self.stderr.write(
            f"{person} ({person.email}) looks after {after}. This link opens the admin once, in 24 hours:"
        )
        self.stdout.write(links.make(person, clock.now()))
