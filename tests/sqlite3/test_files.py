"""Somebody removes an SQLite database, or the files next to it, while Latchkey uses it."""

import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError, connections, transaction

from idp.settings import SQLITE_OPTIONS
from tests.races.concurrent import at_once


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
        connections["place"].close_pool()
    del connections["place"], connections.databases["place"]


def execute(statement):
    with transaction.atomic("place"), connections["place"].cursor() as cursor:
        cursor.execute(statement)


def read():
    with connections["place"].cursor() as cursor:
        cursor.execute("SELECT * FROM rows")


@contextmanager
def another_process(database, *statements):
    """One that has the log open until the end."""
    opens = f"import sqlite3; c = sqlite3.connect({str(database)!r}, isolation_level=None); "
    opens += "".join(f"c.execute({it!r}).fetchone(); " for it in statements or ["SELECT * FROM rows"])
    command = [sys.executable, "-c", opens + "print(flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as another:
        another.stdout.readline()
        yield
        another.communicate(b"\n")


def remove_log(database):
    for suffix in ("-wal", "-shm"):
        Path(f"{database}{suffix}").unlink()


def remove_index(database):
    Path(f"{database}-shm").unlink()


def refused():
    with pytest.raises(OperationalError, match="was removed"):
        execute("INSERT INTO rows VALUES ('lost')")
    return True


def replace_file(database):
    """Put an older copy in place of the database, as somebody who restores without a stop."""
    older = sqlite3.connect(f"{database}.older")
    older.execute("CREATE TABLE rows (of TEXT)")
    older.execute("INSERT INTO rows VALUES ('older')")
    older.commit()
    older.close()
    database.rename(f"{database}.aside")
    Path(f"{database}.older").rename(database)


def rows(database):
    """What a process finds that has never seen the removed log; it must not share SQLite's index with this one."""
    asked = f"import sqlite3; print(*sqlite3.connect({str(database)!r}).execute('SELECT of FROM rows').fetchall())"
    return subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()


def test_nothing_is_written_into_a_removed_log_and_its_content_is_saved(database):
    remove_log(database)
    assert refused()
    execute("INSERT INTO rows VALUES ('after')")
    assert rows(database) == ["('before',)", "('after',)"]


WRITES_MUCH = """
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
for _ in range(50):
    c.execute("INSERT INTO rows VALUES (hex(randomblob(9000)))")
"""


def test_a_removed_index_of_the_log_destroys_no_database_although_another_process_writes(database):
    """SQLite's locks are in it: two processes with an index each write over each other. A purge by a timer is one."""
    remove_index(database)
    subprocess.run([sys.executable, "-c", WRITES_MUCH, str(database)], check=True)
    for _ in range(20):
        assert refused()
    assert len(rows(database)) == 51
    asked = f"import sqlite3; print(*sqlite3.connect({str(database)!r}).execute('PRAGMA integrity_check').fetchone())"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "ok\n"


def test_after_a_moment_a_removed_index_of_the_log_is_made_anew_and_nothing_is_lost(database):
    execute("INSERT INTO rows VALUES ('then')")
    remove_index(database)
    with pytest.raises(OperationalError, match="was removed"):
        read()
    execute("INSERT INTO rows VALUES ('after')")
    assert rows(database) == ["('before',)", "('then',)", "('after',)"]


def through_a_cursor(statement):
    with connections["place"].cursor() as cursor:
        cursor.execute(statement)


def directly(statement):
    connections["place"].execute(statement, ())


@pytest.mark.parametrize("write", [through_a_cursor, directly])
def test_what_is_written_outside_a_transaction_goes_into_no_removed_log_either(database, write):
    read()  # with the connection that this thread has then
    remove_log(database)
    with pytest.raises(OperationalError, match="was removed"):
        write("INSERT INTO rows VALUES ('lost')")
    write("INSERT INTO rows VALUES ('after')")
    assert rows(database) == ["('before',)", "('after',)"]


def test_the_content_of_a_removed_log_is_saved_while_another_process_has_it_open(database):
    with another_process(database):
        remove_log(database)
        assert refused()
        execute("INSERT INTO rows VALUES ('after')")
        assert rows(database) == ["('before',)", "('after',)"]


def test_no_new_log_is_begun_while_another_thread_reads_from_the_removed_one(database):
    with ThreadPoolExecutor(1) as beside:
        beside.submit(read).result(30)
        remove_log(database)
        assert refused()
        assert refused()
        beside.submit(refused).result(30)
    execute("INSERT INTO rows VALUES ('after')")
    assert rows(database) == ["('before',)", "('after',)"]


def test_nothing_is_written_once_another_process_has_begun_a_new_log(database):
    remove_log(database)
    Path(f"{database}-wal").touch()
    assert refused()
    assert refused()


def test_nothing_is_read_or_written_once_another_file_is_in_place_of_the_database(database):
    replace_file(database)
    assert refused()
    with pytest.raises(OperationalError, match="was removed"):
        read()
    with ThreadPoolExecutor(1) as beside:
        assert beside.submit(refused).result(30)
    assert refused()


def test_what_was_committed_is_in_the_file_that_was_moved_away_and_not_in_the_new_one(database):
    replace_file(database)
    assert refused()
    assert rows(database) == ["('older',)"]
    assert rows(f"{database}.aside") == ["('before',)"]


def test_what_a_reader_kept_in_the_log_is_written_into_the_file_that_was_moved_away_later(database):
    with another_process(database, "BEGIN", "SELECT * FROM rows"):
        execute("INSERT INTO rows VALUES ('later')")
        with connections["place"].cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 0")
        replace_file(database)
        assert refused()
    assert refused()
    assert rows(f"{database}.aside") == ["('before',)", "('later',)"]
    assert rows(database) == ["('older',)"]


def test_what_another_process_writes_into_the_new_file_stays_there(database):
    replace_file(database)
    assert refused()
    written = f"import sqlite3; c = sqlite3.connect({str(database)!r}); c.execute('PRAGMA journal_mode=WAL'); "
    written += "c.execute(\"INSERT INTO rows VALUES ('newer')\"); c.commit(); import os; os._exit(0)"
    subprocess.run([sys.executable, "-c", written], check=True)
    assert refused()
    assert rows(database) == ["('older',)", "('newer',)"]


def test_a_removed_database_can_be_saved_while_the_process_lives(database, tmp_path):
    database.unlink()
    assert refused()
    removed = next(it for it in Path("/proc/self/fd").iterdir() if str(it.readlink()) == f"{database} (deleted)")
    shutil.copy(removed, tmp_path / "saved")
    assert rows(tmp_path / "saved") == ["('before',)"]


def test_only_its_owner_can_read_a_new_database(database):
    """It holds names, numbers and secrets, and whoever makes it in a shell often lets everybody read new files."""
    files = [database, Path(f"{database}-wal"), Path(f"{database}-shm")]
    assert [oct(it.stat().st_mode & 0o777) for it in files] == ["0o600"] * 3


@pytest.mark.long
def test_a_connection_opens_while_the_last_one_closes_and_removes_the_log(database):
    """SQLite removes the log with the last connection, which is no loss."""
    connections["place"].close_pool()

    def open_and_close():
        for _ in range(200):
            read()
            connections["place"].close()

    at_once([open_and_close] * 6)
    assert rows(database) == ["('before',)"]
