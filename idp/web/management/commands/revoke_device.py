"""`manage.py revoke_device`: sign out a device, or all devices of an agent."""

import argparse
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError

from idp import clock
from idp.agents.models import Device, DeviceQuerySet, Reason
from idp.login.endings import signing_out
from idp.web.management.lookup import find_agent
from idp.web.management.output import write_json
from idp.web.management.recorded import RecordedCommand


class Command(RecordedCommand):
    """Revokes devices. Their next visit asks for a code and says why."""

    help = "Signs out a device, or every device of an agent."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the agent or the device."""
        parser.add_argument("whose", metavar="EMAIL-OR-DEVICE", help="email address of an agent, or id of one device")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, whose: str, as_json: bool, **__: Any) -> None:
        """Print each device that was signed in."""
        ended = signing_out.sign_out(_chosen(whose), Reason.OPERATOR, "command line", self.origin, clock.now())
        if as_json:
            rows = [{"id": str(it.pk), "agent": it.agent.email, "label": it.label, "kind": it.kind} for it in ended]
            write_json(self.stdout, rows)
            return
        for device in ended:
            self.stdout.write(f"Signed out {device.agent} ({device.agent.email}): {device.label}")
        self.stderr.write(f"{len(ended)} signed out here. Flex may stay open on a phone until somebody closes it.")


def _chosen(whose: str) -> DeviceQuerySet:
    if "@" in whose:
        return Device.objects.of(find_agent(whose))
    try:
        chosen = Device.objects.filter(pk=UUID(whose))
    except ValueError:
        raise CommandError(f"{whose} is neither an email nor the id of a device.") from None
    if not chosen.exists():
        raise CommandError(f"There is no device {whose}.")
    return chosen
