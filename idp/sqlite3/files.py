"""The files of a database: only their owner can read them, and a connection notices if they are removed or replaced.

SQLite does not notice. If its write-ahead log was removed, it confirms each commit in the deleted file, and all of them
are lost when the process ends. Then a phone that was signed out would be signed in again. If the file of the database
was removed, the same happens. If another was put in its place, later connections mix its pages with those of the log.

SQLite's index of the log also holds the locks between processes. If it was removed, the next process makes another, and
then both write into the log at once, which destroys the database. So a lost index counts as a lost log.

The connections of a process share the index. A connection that is opened after the deletion would create a new log, but
read and write it by the index of the deleted one. So none may be opened until all older ones are closed.
"""

import os
import sqlite3
from contextlib import suppress
from threading import Lock
from weakref import WeakSet

LOG, INDEX = "-wal", "-shm"
OWNER_ONLY = 0o600
LOST_LOG = "the write-ahead log of the database, or its index, was removed"
LOST_FILE = "the file of the database was removed or replaced: nothing is served until a restart"


class Connection(sqlite3.Connection):
    """A connection that knows which files it writes to. Inode 0 means a database without one."""

    file = log = index = ""
    file_inode = log_inode = index_inode = 0

    def remember_files(self, database: str) -> None:
        """Note which files they are. SQLite has opened them with the first statement."""
        self.file = os.path.realpath(database)
        self.log, self.index = f"{self.file}{LOG}", f"{self.file}{INDEX}"
        self.file_inode, self.log_inode, self.index_inode = map(_inode, (self.file, self.log, self.index))
        with _CHANGING:
            _OPEN.add(self)

    def has_file(self) -> bool:
        """Whether the file of the database is still where it was."""
        return not self.file_inode or _inode(self.file) == self.file_inode

    def has_log(self) -> bool:
        """Whether the log and its index are still where they were."""
        return not self.log_inode or (_inode(self.log), _inode(self.index)) == (self.log_inode, self.index_inode)

    def write_back(self) -> bool:
        """Copy all of the log into the database file. Returns False if a reader or another log or index prevents that.

        Another one belongs to a process that opened the database after the deletion. The two contradict each other.
        """
        if _inode(self.log) not in {0, self.log_inode} or _inode(self.index) not in {0, self.index_inode}:
            return False
        is_busy, *_ = self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy

    def leave_file(self) -> None:
        """Write everything into the file that was removed, and empty the log, which belongs to no other file.

        Only until that succeeded: later the log may have been begun anew, for the file that was put there. Connections
        to the removed file stay open, so that it can be copied from `/proc` as long as the process lives.
        """
        if self.file_inode in _LEFT:
            return
        is_busy, *_ = self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not is_busy:
            _LEFT.add(self.file_inode)

    def close(self) -> None:
        """Close the connection. With the last one SQLite removes the log itself, and a new one may be begun."""
        with _CHANGING:
            super().close()
            _OPEN.discard(self)


_OPEN: WeakSet[Connection] = WeakSet()
_LEFT: set[int] = set()
"""Inodes of the database files that this process has given up."""
_CHANGING = Lock()


def make_private(database: str) -> None:
    """Create the file of a new database, which only its owner can read. SQLite's log and index take after it.

    A file that exists is not opened: closing it again would end the locks that this process holds on it.
    """
    with suppress(OSError):  # which SQLite reports, if it matters
        os.close(os.open(database, os.O_CREAT | os.O_EXCL, OWNER_ONLY))


def fault(database: str) -> str:
    """Return which file of a database this process has open although it was removed, in words; "" if none."""
    file = os.path.realpath(database)
    with _CHANGING:  # so that none closes before its files were looked for
        of_this = [it for it in _OPEN if it.file == file]
        if not all(it.has_file() for it in of_this):
            return LOST_FILE
        return "" if all(it.has_log() for it in of_this) else LOST_LOG


def _inode(path: str) -> int:
    with suppress(OSError):
        return os.stat(path).st_ino  # noqa: PTH116 - runs in each transaction, and a Path takes three times as long
    return 0
