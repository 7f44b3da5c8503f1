"""Whether the database accepts writes, without trying one."""

from django.db import connection


def takes_writes() -> bool:
    """Whether it does. PostgreSQL refuses writes as a replica or in read-only mode; SQLite says so only at a write."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        return bool(cursor.fetchone() == ("off",))
