"""`manage.py export_agents`: people as CSV, with the columns that `import_agents` reads."""

from typing import Any

from idp import clock, reference
from idp.audit.events import Origin
from idp.web import people_files
from idp.web.management.acting import ActingCommand


class Command(ActingCommand):
    """Write everybody to stdout."""

    help = "Writes all agents and operators to stdout as CSV, in the format of import_agents."

    def handle(self, *_: Any, **__: Any) -> None:
        """Write line by line; the trail keeps that it was done."""
        who = people_files.importer(None, Origin(None, "", reference.current()))
        for line in people_files.export(who, clock.now()):
            self.stdout.write(line, ending="")
