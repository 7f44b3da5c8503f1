"""The mark of a database that a restore has not finished: old sign-ins still count there, so nobody is served from it.

The mark is a table. A restore makes it before or together with what the backup holds, and drops it in the transaction
that signs everyone out. Each new database connection looks for it; the connection that restores is older than the mark.
"""

from django.db import OperationalError

TABLE = "latchkey_restore_unfinished"
MARK = f"CREATE TABLE {TABLE} (mark integer)"
UNMARK = f"DROP TABLE IF EXISTS {TABLE}"


class RestoreUnfinished(OperationalError):
    """A restore into this database was broken off, or is still running."""

    def __init__(self) -> None:
        super().__init__(
            "A restore into this database has not finished. If it was broken off, throw the database away, make a new "
            "one, name it in DATABASE_URL and restore again."
        )
