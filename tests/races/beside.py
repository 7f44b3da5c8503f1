"""A second database connection next to that of the test. Each waits for, or is refused, what the other has locked."""

from contextlib import contextmanager

from django.db import connection

from tests.races.installation import on_sqlite

REFUSED_AFTER = 50
"""Milliseconds for which a connection waits for a lock here; as it serves it waits 5 s."""


@contextmanager
def another():
    """Open a connection as the place has them; what it began and left open is rolled back."""
    other = connection.copy()
    other.settings_dict["OPTIONS"] = {
        name: it for name, it in connection.settings_dict["OPTIONS"].items() if name != "pool"
    }
    try:
        with other.cursor() as theirs:
            yield theirs
    finally:
        other.close()


@contextmanager
def impatient():
    """The connection of the test is refused where it would have to wait."""
    with connection.cursor() as own:
        own.execute(f"PRAGMA busy_timeout = {REFUSED_AFTER}" if on_sqlite() else f"SET lock_timeout = {REFUSED_AFTER}")
        try:
            yield
        finally:
            own.execute("PRAGMA busy_timeout = 5000" if on_sqlite() else "RESET lock_timeout")


@contextmanager
def left_open(*statements):
    """Somebody else has begun a transaction with these statements, and not ended it."""
    with another() as theirs, impatient():
        theirs.execute("BEGIN")
        for statement in statements:
            theirs.execute(statement)
        try:
            yield theirs
        finally:
            theirs.execute("ROLLBACK")
