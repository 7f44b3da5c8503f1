"""Whether the write-ahead log that a connection writes to is still in its folder.

If somebody removes it while Latchkey runs, SQLite goes on with the removed file: it confirms each commit, and all of
them are gone with the process. Then a phone that was signed out would be signed in again.
"""

import os
import sqlite3
from contextlib import suppress

SUFFIX = "-wal"


class Connection(sqlite3.Connection):
    """A connection that knows which file its log is, once it has begun a transaction."""

    def __init__(self, database: str, *args: object, **kwargs: object) -> None:
        super().__init__(database, *args, **kwargs)  # type: ignore[arg-type]
        self.path, self.inode = f"{database}{SUFFIX}", 0


def is_there(connection: Connection) -> bool:
    """Whether the log is the file that it was at the first transaction. A database without one has none to lose."""
    inode = _inode(connection.path)
    if not connection.inode:
        connection.inode = inode
    return inode == connection.inode


def may_be_written_back(connection: Connection) -> bool:
    """Whether no other process has begun another log since, which the removed one would contradict."""
    return not _inode(connection.path)


def _inode(path: str) -> int:
    with suppress(OSError):
        return os.stat(path).st_ino  # noqa: PTH116 - each transaction asks, and a Path takes thrice as long
    return 0
