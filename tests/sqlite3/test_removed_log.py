"""Somebody removes the files next to an SQLite database while Latchkey uses it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError, connections, transaction

from idp.settings import SQLITE_OPTIONS


@pytest.fixture
def database(tmp_path, django_db_blocker):
    """A database whose one row is in the log alone, opened with our settings, on whatever database other tests run."""
    settings = {**connections["default"].settings_dict, "ENGINE": "idp.sqlite3", "NAME": f"{tmp_path}/database"}
    connections.databases["place"] = {**settings, "OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": 600}
    with django_db_blocker.unblock():
        execute("CREATE TABLE rows (of TEXT)")
        execute("INSERT INTO rows VALUES ('before')")
        yield Path(connections["place"].settings_dict["NAME"])
        connections["place"].close()
    del connections["place"], connections.databases["place"]


def execute(statement):
    with transaction.atomic("place"), connections["place"].cursor() as cursor:
        cursor.execute(statement)


def remove_log(database):
    for suffix in ("-wal", "-shm"):
        Path(f"{database}{suffix}").unlink()


def test_nothing_is_written_into_a_removed_log_and_what_was_in_it_is_kept(database):
    remove_log(database)
    with pytest.raises(OperationalError, match="was removed"):
        execute("INSERT INTO rows VALUES ('lost')")
    execute("INSERT INTO rows VALUES ('after')")
    connections["place"].close()
    with closing(sqlite3.connect(database)) as another:
        assert another.execute("SELECT of FROM rows").fetchall() == [("before",), ("after",)]


def test_nothing_is_written_where_another_process_has_begun_a_log_since(database):
    remove_log(database)
    Path(f"{database}-wal").touch()
    for _ in range(2):
        with pytest.raises(OperationalError, match="was removed"):
            execute("INSERT INTO rows VALUES ('lost')")
