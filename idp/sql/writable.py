"""Whether the database accepts writes, without trying one."""

import os

from django.db.backends.base.base import BaseDatabaseWrapper


def takes_writes(connection: BaseDatabaseWrapper) -> bool:
    """Whether it does. PostgreSQL refuses writes as a replica or in read-only mode.

    SQLite says so only at a write, but its file may be another user's: often that of whoever ran a command as root.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW transaction_read_only")
            return bool(cursor.fetchone() == ("off",))
        cursor.execute("PRAGMA database_list")
        _, _, file = cursor.fetchone()
        return not file or os.access(file, os.W_OK, effective_ids=True)
