"""Threads return connections to SQLite between requests and after transactions; the next takes the one used last."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from idp.settings import SQLITE_OPTIONS
from idp.sqlite3 import base
from idp.web import start_up
from tests.waiting import until


@pytest.fixture(autouse=True)
def place(tmp_path, django_db_blocker):
    """A file with one row, opened with the settings of the place, on whatever database the other tests run."""
    name = f"{tmp_path}/pool.sqlite3"
    settings = {**connections["default"].settings_dict, "ENGINE": "idp.sqlite3", "NAME": name}
    connections.databases["place"] = {**settings, "OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": 600}
    with django_db_blocker.unblock():
        asked("CREATE TABLE counter (n INTEGER)")
        asked("INSERT INTO counter VALUES (0)")
        yield
        connections["place"].close()
        connections["place"].close_pool()
    del connections["place"], connections.databases["place"]


def asked(sql="SELECT n FROM counter"):
    """Execute a statement, and return which connection it went by."""
    with connections["place"].cursor() as cursor:
        cursor.execute(sql)
        return connections["place"].connection


def the_request_ends():
    connections["place"].close_if_unusable_or_obsolete()


@pytest.fixture
def threads():
    """Three threads that each do one thing after the other, as those of gunicorn do."""
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as two, ThreadPoolExecutor(1) as three:
        yield [lambda act, it=it: it.submit(act).result(30) for it in (one, two, three)]


def a_request():
    used = asked()
    the_request_ends()
    return used


def test_threads_that_take_turns_use_one_connection(threads):
    first = threads[0](a_request)
    assert all(thread(a_request) is first for thread in [*threads, *threads])


def test_two_threads_at_once_have_a_connection_each(threads):
    held = threads[0](asked)
    assert threads[1](asked) is not held
    assert threads[0](asked) is held


def test_a_transaction_keeps_its_connection(threads):
    with transaction.atomic(using="place"):
        mine = asked("UPDATE counter SET n = 1")
        assert threads[0](a_request) is not mine
        assert asked() is mine


def written():
    with transaction.atomic(using="place"):
        return asked("UPDATE counter SET n = n + 1")


def test_a_thread_that_waited_to_write_uses_the_connection_that_wrote_last():
    with ThreadPoolExecutor(1) as beside:
        theirs, here = beside.submit(asked).result(30), connections["place"]
        with base._TURNS[here.settings_dict["NAME"]]:
            mine = asked("UPDATE counter SET n = 1")
            waiting = beside.submit(written)
            until(lambda: [it for it, _ in here._pool] == [theirs])
            the_request_ends()
        assert waiting.result(30) is mine


def test_a_thread_whose_connection_was_taken_while_it_waited_makes_one_and_returns_it(threads, monkeypatch):
    take_turn = base.DatabaseWrapper._take_turn

    def another_takes_it_meanwhile(it):
        it._return_connection()
        threads[0](asked)
        take_turn(it)

    threads[0](a_request)
    monkeypatch.setattr(base.DatabaseWrapper, "_take_turn", another_takes_it_meanwhile)
    mine = written()
    assert [it for it, _ in connections["place"]._pool] == [mine]


def test_a_forked_process_has_no_connection_of_its_parent(threads):
    threads[0](written)
    start_up.close_connections()
    assert connections["place"].connection is None
    assert not connections["place"]._pool


def test_a_connection_that_is_too_old_is_replaced():
    old = a_request()
    asked()
    connections["place"].close_at = 0.0
    the_request_ends()
    assert connections["place"].connection is None
    assert asked() is not old


def test_threads_return_no_more_connections_than_are_needed(threads, monkeypatch):
    monkeypatch.setattr(base, "MOST_IDLE", 2)
    for act in (asked, the_request_ends):
        for thread in threads:
            thread(act)
    assert len(connections["place"]._pool) == 2
