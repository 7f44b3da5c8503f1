"""Migrations that a database says it has had, as if another version had applied them."""

from contextlib import contextmanager

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


@contextmanager
def recorded(migrations):
    table = MigrationRecorder(connection).migration_qs
    rows = table.bulk_create(MigrationRecorder.Migration(app=app, name=name) for app, name in migrations)
    try:
        yield
    finally:
        table.filter(pk__in=[it.pk for it in rows]).delete()
