"""Commands that change or export something: the trail records it, and names the command."""

from typing import Any

from idp import reference
from idp.audit import events
from idp.audit.events import Actor, Origin
from idp.web.management.at_once import CommandAtOnce
from idp.web.trail import unrecorded_writes


class RecordedCommand(CommandAtOnce):
    """A command whose acts the trail records, all with the same `origin`.

    Anyone who can run it has a superuser's rights, so there is no operator to name.
    """

    origin: Origin

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run it as "command line", under a reference of its own."""
        name = type(self).__module__.rpartition(".")[2]
        self.origin = Origin(None, "", reference.begin())
        with events.acting(Actor(f"command line: {name}", self.origin)), unrecorded_writes.watched() as on_success:
            output = super().execute(*args, **options)
            on_success(name)
            return output
