"""The migrated database, built once for several workers: each gets a copy, because migrations take seconds.

`python -m tests.database FOLDER NAME` builds it in a separate process, while the workers still collect tests.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import django
import psycopg
from django.db import connections

PATIENCE = 110.0
"""Seconds; less than the time limit of a test."""
NAMED = "MIGRATED_FOR_TESTS"
"""The environment variable with its place: a folder, and the name of a database in it or in PostgreSQL. The name must
not begin as settings do, because the demo ignores its own settings beside others."""
MEMORY = "/dev/shm"
"""The folder for files in memory on Linux."""
_MAKING: list[subprocess.Popen[bytes]] = []


@cache
def folder():
    """A temporary folder for SQLite's files, in memory if possible, so that no test waits for a disk."""
    made = tempfile.mkdtemp(prefix="latchkey-tests-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def begin():
    """Start building it, so that it is ready when the first worker needs it."""
    os.environ[NAMED] = f"{folder()} latchkey_migrated_{os.getpid()}"
    command = [sys.executable, "-m", "tests.database", *os.environ[NAMED].split()]
    with Path(folder(), "migrating.log").open("w") as log:
        _MAKING.append(subprocess.Popen(command, stdout=log, stderr=log))


def end_other_connections():
    """End all connections to this database but this one, as a restart of PostgreSQL does. SQLite is no server."""
    if connections["default"].vendor == "postgresql":
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def copy(settings):
    """Make the test database of these settings a copy of it. Return whether there is one to copy."""
    if NAMED not in os.environ:
        return False
    there, name = os.environ[NAMED].split()
    deadline = time.monotonic() + PATIENCE
    while not Path(there, "migrated").exists():
        assert time.monotonic() < deadline, Path(there, "migrating.log").read_text() or "still migrating"
        time.sleep(0.05)
    if settings["ENGINE"].endswith("sqlite3"):
        shutil.copy(Path(there, name), settings["TEST"]["NAME"])
    else:
        settings["TEST"]["TEMPLATE"] = name
    return True


def end():
    """Take it away again. In SQLite it goes with its folder."""
    while _MAKING:
        _MAKING.pop().wait()
    name, url = os.environ.pop(NAMED, "").partition(" ")[2], os.environ["DATABASE_URL"]
    if name and url.startswith("postgres"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}"')


def make(there, name):
    """Make it in that folder, and say so by a file beside it."""
    django.setup()
    connection = connections["default"]
    on_sqlite = connection.settings_dict["ENGINE"].endswith("sqlite3")
    connection.settings_dict["TEST"]["NAME"] = f"{there}/{name}" if on_sqlite else name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connections.close_all()
    if not on_sqlite:
        connection.close_pool()  # nobody may be connected to what is copied
    Path(there, "migrated").touch()


if __name__ == "__main__":
    make(*sys.argv[1:])
