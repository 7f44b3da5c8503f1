"""Whether the database takes writes, as far as it tells without one."""

from django.db import connection


def takes_writes() -> bool:
    """Whether it does. PostgreSQL takes none as a replica, or set to read only; SQLite tells only a writer."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        return bool(cursor.fetchone() == ("off",))
