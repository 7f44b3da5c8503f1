"""Threads that write to SQLite wait in a line, each gets its turn, and nobody keeps it."""

import contextlib
import threading

import pytest
from django.db import OperationalError, connections, transaction

from idp.settings import SQLITE_OPTIONS
from idp.sqlite3 import base
from tests.races.concurrent import at_once

THREADS, EACH = 8, 25


@pytest.fixture(autouse=True)
def one(tmp_path, django_db_blocker):
    """A file with one row, opened with the settings of the place, on whatever database the other tests run."""
    connections.databases["one"] = {
        **connections["default"].settings_dict,
        "ENGINE": "idp.sqlite3",
        "NAME": f"{tmp_path}/one.sqlite3",
        "OPTIONS": SQLITE_OPTIONS,
    }
    with django_db_blocker.unblock():
        run("CREATE TABLE counter (n INTEGER)")
        run("INSERT INTO counter VALUES (0)")
        yield
        connections["one"].close()
    del connections["one"], connections.databases["one"]


def run(sql):
    with connections["one"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def counted():
    return run("SELECT n FROM counter")[0][0]


def count():
    """Read, then write what was read and one more: lost wherever two do it at once."""
    with transaction.atomic(using="one"):
        n = counted()
        run(f"UPDATE counter SET n = {n + 1}")


def count_often():
    try:
        for _ in range(EACH):
            count()
    finally:
        connections["one"].close()


def elsewhere(act):
    """Run something in a thread of its own, and return what it raised."""
    raised = []

    def run_it():
        try:
            act()
        except OperationalError as error:
            raised.append(error)
        finally:
            connections["one"].close()

    thread = threading.Thread(target=run_it)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    return raised


def test_reading_waits_for_no_writer():
    assert run("PRAGMA journal_mode") == [("wal",)]
    with transaction.atomic(using="one"):
        run("UPDATE counter SET n = 7")
        seen = []
        assert not elsewhere(lambda: seen.append(counted()))
    assert (seen, counted()) == ([0], 7)


def test_many_writing_threads_all_get_their_turn_and_lose_nothing():
    at_once([count_often] * THREADS)
    assert counted() == THREADS * EACH


def fail():
    raise ZeroDivisionError


def close():
    connections["one"].close()


@pytest.mark.parametrize("harm", [fail, lambda: run("NONSENSE"), close], ids=["raise", "nonsense", "close"])
def test_a_failed_transaction_gives_up_its_turn(harm):
    with contextlib.suppress(ZeroDivisionError, OperationalError), transaction.atomic(using="one"):
        count()
        harm()
    assert not elsewhere(count)
    assert counted() == 1


def test_a_savepoint_takes_no_second_turn():
    with transaction.atomic(using="one"):
        count()
        with pytest.raises(ZeroDivisionError), transaction.atomic(using="one"):
            fail()
        count()
    assert counted() == 2


def test_a_transaction_that_waits_too_long_fails_with_the_error_of_sqlite(monkeypatch):
    monkeypatch.setattr(base, "PATIENCE", 0.01)
    with transaction.atomic(using="one"):
        (error,) = elsewhere(count)
    assert str(error) == "database is locked"
    assert not elsewhere(count)


def test_a_transaction_that_cannot_begin_keeps_no_turn(monkeypatch):
    def refuse(*_):
        raise OperationalError("disk I/O error")

    with monkeypatch.context() as broken:
        broken.setattr(base.DatabaseWrapper, "execute", refuse)
        with pytest.raises(OperationalError, match="disk"):
            count()
    assert not elsewhere(count)
