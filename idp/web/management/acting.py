"""Commands that change something, or take something out: the trail names them for every line that they lead to."""

from typing import Any

from django.core.management.base import BaseCommand

from idp import reference
from idp.audit import events
from idp.audit.events import Actor, Origin
from idp.web.trail import unrecorded_writes


class ActingCommand(BaseCommand):
    """A command that acts. Whoever may run it may do what a superuser may, so there is no operator to name."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run it as the command line, under a reference of its own."""
        name = type(self).__module__.rpartition(".")[2]
        by = Actor(f"command line: {name}", Origin(None, "", reference.begin()))
        with events.acting(by), unrecorded_writes.caught() as went_well:
            said = super().execute(*args, **options)
            went_well(name)
            return said
