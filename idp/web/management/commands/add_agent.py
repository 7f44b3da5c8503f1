"""`manage.py add_agent`: add an agent."""

import argparse
from typing import Any

from django.conf import settings
from django.db import transaction

from idp import clock
from idp.agents import provisioning
from idp.agents.roles import ROLES
from idp.otp import numbers
from idp.web.management.output import in_one_sentence, write_json
from idp.web.management.recorded import RecordedCommand


class Command(RecordedCommand):
    """Adds an agent with a number and roles."""

    help = "Adds an agent. The number may be in any spelling, with + and the country code."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what a sign-in needs."""
        parser.add_argument("email", help="email address of the agent")
        parser.add_argument("--name", required=True, help="full name")
        parser.add_argument("--number", required=True, help="mobile number, such as '+34 612 345 678'")
        parser.add_argument(
            "--role", action="append", required=True, dest="roles", metavar="ROLE", help=f"one of {', '.join(ROLES)}"
        )
        parser.add_argument("--department", default="", help="name of the department")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, email: str, name: str, number: str, roles: list[str], **more: Any) -> None:
        """Add all of the agent, or nothing."""
        with in_one_sentence(), transaction.atomic():
            e164 = numbers.normal(number, settings.LATCHKEY.default_country)
            agent = provisioning.add(email, full_name=name, roles=roles, department=more["department"])
            numbers.give(agent, e164, clock.now())
        if more["as_json"]:
            known = {"id": str(agent.pk), "email": agent.email, "full_name": agent.full_name, "number": e164}
            write_json(self.stdout, known | {"roles": list(agent.role_names)})
        else:
            self.stdout.write(f"{agent.full_name} can sign in with {e164} as {', '.join(agent.role_names)}.")
