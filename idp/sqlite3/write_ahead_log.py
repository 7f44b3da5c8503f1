"""Detects that somebody deleted the write-ahead log that a connection writes to.

SQLite does not notice. It confirms each commit in the deleted file, and all of them are lost when the process ends.
Then a phone that was signed out would be signed in again.

The connections of a process share SQLite's index of the log. A connection that is opened after the deletion would
create a new log, but read and write it by the index of the deleted one. So none may be opened until all older ones are
closed.
"""

import os
import sqlite3
from contextlib import suppress
from threading import Lock
from weakref import WeakSet

SUFFIX = "-wal"


class Connection(sqlite3.Connection):
    """A connection that knows which file its log is. Inode 0 means a database without a log."""

    path = ""
    inode = 0

    def remember_log(self, database: str) -> None:
        """Note which file the log is. SQLite has opened it with the first statement."""
        self.path = _path(database)
        self.inode = _inode(self.path)
        with _CHANGING:
            _OPEN.add(self)

    def has_log(self) -> bool:
        """Whether the log is still where it was."""
        return not self.inode or _inode(self.path) == self.inode

    def write_back(self) -> bool:
        """Copy a deleted log into the database file. Returns False if a reader or another log prevents that.

        Another log belongs to a process that opened the database after the deletion. The two contradict each other.
        """
        if _inode(self.path):
            return False
        is_busy, *_ = self.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
        return not is_busy

    def close(self) -> None:
        """Close the connection. With the last one, a new log may be begun."""
        super().close()
        with _CHANGING:
            _OPEN.discard(self)


_OPEN: WeakSet[Connection] = WeakSet()
_CHANGING = Lock()


def is_lost(database: str) -> bool:
    """Whether this process has a connection open whose log was removed."""
    path = _path(database)
    with _CHANGING:
        return any(it.path == path and not it.has_log() for it in _OPEN)


def _path(database: str) -> str:
    return f"{os.path.realpath(database)}{SUFFIX}"


def _inode(path: str) -> int:
    with suppress(OSError):
        return os.stat(path).st_ino  # noqa: PTH116 - runs in each transaction, and a Path takes three times as long
    return 0
