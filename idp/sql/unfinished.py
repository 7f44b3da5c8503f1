"""Marks a database while a restore runs. Old sign-ins still count in it then, so it must not be served.

The mark is a table. A restore creates it before or together with the backup's data, and drops it in the transaction
that signs everyone out. Each new database connection checks for it; the connection that restores is older than the
mark.
"""

from django.db import OperationalError

TABLE = "latchkey_restore_unfinished"
MARK = f"CREATE TABLE {TABLE} (mark integer)"
UNMARK = f"DROP TABLE IF EXISTS {TABLE}"


class RestoreUnfinished(OperationalError):
    """A restore into this database was interrupted, or is still running."""

    def __init__(self) -> None:
        super().__init__(
            "A restore into this database has not finished. If it was broken off, throw the database away, make a new "
            "one, name it in DATABASE_URL and restore again."
        )
