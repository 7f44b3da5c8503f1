"""A migration that a later version may bring: written beside those of its app, and applied."""

import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db.migrations import Migration
from django.db.migrations.writer import MigrationWriter
from django.test import override_settings

NAME = "9999_later"


@contextmanager
def written(folder, app, *operations):
    """Within this block the app has this migration too. Yields the name of its last one before."""
    package = f"{app}_of_a_later_version"
    there = shutil.copytree(Path(apps.get_app_config(app).path, "migrations"), folder / package)
    last = max(it.stem for it in there.glob("[0-9]*.py"))
    later = Migration(NAME, app)
    later.dependencies, later.operations = [(app, last)], operations
    Path(there, f"{NAME}.py").write_text(MigrationWriter(later).as_string(), encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        with override_settings(MIGRATION_MODULES={app: package}):
            yield last
    finally:
        sys.path.remove(str(folder))
        for it in [it for it in sys.modules if it.partition(".")[0] == package]:
            del sys.modules[it]


@contextmanager
def applied(folder, app, *operations):
    """Within this block the tables are those of the later version, which this one serves from."""
    with written(folder, app, *operations) as last:
        call_command("migrate", verbosity=0)
        try:
            yield
        finally:
            call_command("migrate", app, last, verbosity=0)
