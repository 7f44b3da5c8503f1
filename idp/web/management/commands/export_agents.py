"""`manage.py export_agents`: agents and operators as CSV, with the columns that `import_agents` reads."""

from typing import Any

from idp import clock
from idp.web import people_files
from idp.web.management.recorded import RecordedCommand


class Command(RecordedCommand):
    """Writes everybody to stdout."""

    help = "Writes all agents and operators to stdout as CSV, in the format of import_agents."

    def handle(self, *_: Any, **__: Any) -> None:
        """Write row by row, and record the export in the trail."""
        for line in people_files.export(people_files.importer(None, self.origin), clock.now()):
            self.stdout.write(line, ending="")
