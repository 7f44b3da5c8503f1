"""How long a transaction that writes has been open, so that what it has written may still become visible."""

from datetime import timedelta

from django.db import connection

_AGE = """
    SELECT clock_timestamp() - min(xact_start) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
    AND backend_type <> 'autovacuum worker'
"""


def longest() -> timedelta:
    """Return the age of the oldest transaction of another connection that has written, or 0.

    Autovacuum, which changes no row, does not count. PostgreSQL shows transactions of the same role. SQLite has one
    writer at a time, and the others wait for it.
    """
    if connection.vendor != "postgresql":
        return timedelta(0)
    with connection.cursor() as cursor:
        cursor.execute(_AGE)
        age: timedelta | None = cursor.fetchone()[0]
    return age or timedelta(0)
