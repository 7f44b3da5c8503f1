"""A database that cannot serve until an operator prepares it: tables are missing, or the account may not use them.

Both happen if a step of the installation or of an upgrade is left out. Or the file of an SQLite database is damaged.
Waiting does not help, so the log has to say what does.
"""

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pkgutil import iter_modules
from threading import Event

from django.apps import apps
from django.db import DatabaseError, ProgrammingError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils.module_loading import module_has_submodule

from idp.sql import former_migrations

MIGRATE = "Run: python manage.py migrate"
RIGHTS = "As the owner of the tables, run deploy/postgresql/serving.sql in this database."
BY_SQLSTATE = {"42P01": MIGRATE, "42703": MIGRATE, "42501": RIGHTS}
"""What helps against PostgreSQL's errors: no such table, no such column, insufficient privilege."""
RESTORE = "The file of the database is damaged. Stop Latchkey, and restore a backup."
DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
FOUND_DAMAGED = Event()
"""Set once this process has met damage. Only a part of all requests may meet it, so monitors are told of it as well."""
ON_SQLITE = ("no such table", "no such column", "has no column named")


class Unmigrated(ProgrammingError):
    """Migrations of this version have not been applied."""


def remedy(error: BaseException) -> str:
    """Return what an operator has to do about an error of the database; "" if it is no such error."""
    if isinstance(error, Unmigrated):
        return MIGRATE
    if not isinstance(error, DatabaseError):
        return ""
    cause = error.__cause__ or error
    if getattr(cause, "sqlite_errorname", "").startswith(DAMAGED):
        return RESTORE
    by_message = MIGRATE if any(it in str(cause) for it in ON_SQLITE) else ""
    return BY_SQLSTATE.get(getattr(cause, "sqlstate", None) or "", by_message)


@cache
def check_migrations() -> None:
    """Raise Unmigrated if a migration has not been applied. Once all are, nothing is read again."""
    applied = MigrationRecorder(connection).applied_migrations()
    if former_migrations.are_incomplete(applied) or any(it not in applied for it in _of_this_version()):
        raise Unmigrated(MIGRATE)


def _of_this_version() -> Iterator[tuple[str, str]]:
    """Yield app and name of each migration. None is imported: that would take a seventh of a start."""
    for app in apps.get_app_configs():
        if app.module and module_has_submodule(app.module, "migrations"):
            package = find_spec(f"{app.name}.migrations")
            places = (package and package.submodule_search_locations) or ()
            yield from ((app.label, it.name) for it in iter_modules(places))
