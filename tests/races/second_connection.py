"""A second database connection beside the test's own. A lock of one makes the other wait or fail."""

from contextlib import contextmanager

from django.db import connection

from tests.races.installation import on_sqlite

LOCK_TIMEOUT = 50
"""Milliseconds that a connection waits for a lock in these tests; in production it waits 5 s."""


@contextmanager
def second_connection(**settings):
    """Open a connection with the settings of the test's own, or others; roll an open transaction back in the end."""
    other = connection.copy()
    other.settings_dict |= settings
    other.settings_dict["OPTIONS"] = {
        name: it for name, it in connection.settings_dict["OPTIONS"].items() if name != "pool"
    }
    try:
        with other.cursor() as cursor:
            yield cursor
    finally:
        other.close()


@contextmanager
def short_lock_timeout():
    """Let the test's own connection fail soon where it would wait for a lock."""
    with connection.cursor() as own:
        own.execute(f"PRAGMA busy_timeout = {LOCK_TIMEOUT}" if on_sqlite() else f"SET lock_timeout = {LOCK_TIMEOUT}")
        try:
            yield
        finally:
            own.execute("PRAGMA busy_timeout = 5000" if on_sqlite() else "RESET lock_timeout")


@contextmanager
def open_transaction(*statements):
    """Leave a transaction with these statements open on a second connection."""
    with second_connection() as cursor, short_lock_timeout():
        cursor.execute("BEGIN")
        for statement in statements:
            cursor.execute(statement)
        try:
            yield cursor
        finally:
            cursor.execute("ROLLBACK")


def somebody_waits(cursor):
    """Whether another connection waits for this one. On PostgreSQL only."""
    cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
    return cursor.fetchone()[0] > 0
