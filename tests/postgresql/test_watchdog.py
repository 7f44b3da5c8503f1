"""A server that stalls, as if its disk hung: no request waits for it too long."""

import socket

import pytest
from django.db import OperationalError, connection, connections, transaction

from idp import background
from idp.agents.models import Device
from idp.background import Upkeep
from idp.postgresql import base, watchdog
from idp.postgresql.watchdog import LONGEST, Watchdog
from idp.settings import POOL
from tests.another_database import connected_to
from tests.races.installation import on_sqlite
from tests.races.known_phone import browser, is_busy
from tests.races.test_dead_connections import LONGEST as LONGEST_REQUEST
from tests.relays import HOST, Relay

__all__ = ["browser"]
ONE, ANOTHER, NONE = [1], [2], []
"""The numbers of statements that a connection waits for."""


@pytest.mark.parametrize(
    ("seen", "is_ended"), [([ONE, ONE, ONE], True), ([ONE, ANOTHER, ANOTHER], False), ([ONE, NONE, ONE], False)]
)
def test_a_connection_closes_after_waiting_too_long_for_one_statement(seen, is_ended):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        looks = iter(seen)
        dog = Watchdog(lambda: [(ours, nth) for nth in next(looks)])
        for moment in (0.0, LONGEST / 2, LONGEST):
            dog.check(moment)
        assert bool(base.is_readable(theirs)) == is_ended


@pytest.fixture
def silent(browser, monkeypatch):
    """PostgreSQL falls silent, and so it goes on until a block is over. The watchdog ends waits soon."""
    monkeypatch.setattr(watchdog, "LONGEST", 0.2)
    monkeypatch.setattr(watchdog, "PAUSE", 0.05)
    monkeypatch.setattr(base, "AN_ANSWER", 0.2)
    dog = Watchdog(base.waiting).start()
    port = connections["default"].settings_dict["PORT"]
    with Relay(port) as way, connected_to(HOST=HOST, PORT=way.port, OPTIONS={"pool": {**POOL, "timeout": 0.2}}):
        assert Device.objects.exists()
        way.stall()
        yield
    dog.stopped.set()


@pytest.mark.postgresql_only
@pytest.mark.parametrize("a_moment", [0.0, 60.0], ids=["checked before use", "used a moment ago"])
def test_a_server_that_stalls_gets_a_busy_page(silent, browser, monkeypatch, a_moment):
    monkeypatch.setattr(base, "A_MOMENT", a_moment)
    assert is_busy(browser.get(browser.address))


@pytest.fixture
def impatient(transactional_db, monkeypatch):
    monkeypatch.setattr(watchdog, "LONGEST", 0.05)
    monkeypatch.setattr(watchdog, "PAUSE", 0.01)
    dog = Watchdog(base.waiting).start()
    yield
    dog.stopped.set()


def test_exports_and_background_work_may_take_longer(impatient, monkeypatch):
    long = "SELECT 1" if on_sqlite() else "SELECT pg_sleep(0.3)"
    with transaction.atomic(), connection.chunked_cursor() as in_parts:
        in_parts.execute(long)
        assert len(in_parts.fetchall()) == 1
    if on_sqlite():
        return
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute(long)
    connection.close()
    monkeypatch.setattr(connections["default"], "people_wait", False)
    with connection.cursor() as cursor:
        cursor.execute(long)


def test_no_request_waits_for_background_work(transactional_db):
    seen = []
    work = Upkeep("trial", lambda: seen.append(connections["default"].people_wait) or 0)
    work.dispatch()
    background.settle()
    assert seen == [False]


def test_no_request_waits_for_a_stalled_server_longer_than_fifteen_seconds():
    assert LONGEST + watchdog.PAUSE + POOL["timeout"] < LONGEST_REQUEST
    assert LONGEST + watchdog.PAUSE + base.AN_ANSWER < LONGEST_REQUEST
