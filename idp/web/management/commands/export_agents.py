"""`manage.py export_agents`: agents and operators as CSV, with the columns that `import_agents` reads."""

from typing import Any

from idp import clock, reference
from idp.audit.events import Origin
from idp.web import people_files
from idp.web.management.recorded import RecordedCommand


class Command(RecordedCommand):
    """Writes everybody to stdout."""

    help = "Writes all agents and operators to stdout as CSV, in the format of import_agents."

    def handle(self, *_: Any, **__: Any) -> None:
        """Write row by row, and record the export in the trail."""
        who = people_files.importer(None, Origin(None, "", reference.current()))
        for line in people_files.export(who, clock.now()):
            self.stdout.write(line, ending="")
