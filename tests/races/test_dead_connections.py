"""A connection is dead without notice, or delivers half a response: no request hangs."""

import socket
from contextlib import closing, contextmanager, suppress
from itertools import count
from threading import Thread
from time import monotonic

import pytest
from django.core.cache import caches
from django.db import connections

from idp import cache
from idp.agents.models import Device
from idp.login.codes import checking
from idp.otp.twilio.client import TIMEOUT
from idp.settings import DEAD_AFTER, POOL, SHARED
from tests.another_database import connected_to
from tests.cluster.processes import until
from tests.environment import VERIFY_PORT
from tests.races.known_phone import is_busy, is_signed_in
from tests.races.second_connection import second_connection
from tests.relays import HOST, Relay

pytestmark = pytest.mark.each_database

PATIENCE, LONGEST = 0.4, 15
"""Seconds: of ours in these tests, and for which no request may hang in production."""
HALF_AN_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"


@contextmanager
def server_that_sends(data):
    """A server that accepts connections, sends these bytes, and then nothing for the `with` block."""
    came = []

    def take(listening):
        with suppress(OSError):
            while True:
                came.append(listening.accept()[0])
                came[-1].sendall(data)

    with closing(socket.create_server((HOST, 0))) as listening:
        Thread(target=take, args=[listening], daemon=True).start()
        yield f"http://{HOST}:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        for it in came:
            it.close()


@contextmanager
def vanished():
    """A server that is gone, on a network where nobody says so."""
    with Relay(VERIFY_PORT) as way:
        way.vanish()
        yield f"http://{HOST}:{way.port}"


@contextmanager
def refuses():
    """A computer on which the server does not run."""
    with closing(socket.create_server((HOST, 0))) as listening:
        at = f"http://{HOST}:{listening.getsockname()[1]}"
    yield at


@contextmanager
def unknown():
    """A name that no name server knows."""
    yield "http://verify.invalid"


ENDS = {
    "vanished": vanished,
    "silent": lambda: server_that_sends(b""),
    "half an answer": lambda: server_that_sends(HALF_AN_ANSWER),
    "refuses": refuses,
    "has no address": unknown,
}


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(checking, "DEADLINE", PATIENCE)


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_code_typed_while_verify_is_unreachable_gets_a_page_soon_and_signs_in_later(phone, settings, impatient, end):
    page, configured = phone.ask_code(phone.ask_flex()), settings.LATCHKEY
    code = phone.code()  # the text has arrived, so nothing else is sent to the new address
    with end() as address:
        twilio = configured.twilio.model_copy(update={"base_url": address})
        settings.LATCHKEY = configured.model_copy(update={"twilio": twilio})
        began = monotonic()
        answer = phone.submit(page, "code", code=code)
        assert monotonic() - began < TIMEOUT[1]
    assert (answer.status, "We could not check that code." in answer.text) == (503, True)
    assert not Device.objects.exists()
    settings.LATCHKEY = configured
    assert phone.arrive(phone.submit(answer, "code", code=phone.code()))["signed_in"]


def test_no_request_waits_for_verify_longer_than_fifteen_seconds():
    assert checking.ROOM_TIMEOUT + checking.DEADLINE < LONGEST
    assert max(TIMEOUT) < checking.DEADLINE


def test_redis_on_a_dead_connection_acts_as_an_empty_cache(redis, settings, monkeypatch):
    monkeypatch.setattr(cache, "PAUSE", 60.0)
    with Relay(redis.port) as way:
        settings.CACHES = {**settings.CACHES, "default": {**SHARED, "LOCATION": f"redis://{HOST}:{way.port}/0"}}
        shared = caches["default"]
        shared.set("a", 1)
        assert shared.get("a") == 1
        way.vanish()
        assert shared.get("a") is None
        assert cache.OUTAGE.seen


@pytest.mark.postgresql_only
def test_a_database_on_a_dead_connection_gets_a_busy_page(browser):
    port = connections["default"].settings_dict["PORT"]
    with Relay(port) as way, connected_to(HOST=HOST, PORT=way.port, OPTIONS={"tcp_user_timeout": 200}):
        assert Device.objects.exists()
        way.vanish()
        assert is_busy(browser.get(browser.address))
    assert is_signed_in(browser.get(browser.address))


@pytest.mark.postgresql_only
def test_a_node_that_vanishes_with_a_lock_keeps_an_agent_out_for_seconds_only(browser):
    port, fresh = connections["default"].settings_dict["PORT"], map(browser.request_address, map("_{}".format, count()))
    with Relay(port) as way, second_connection(HOST=HOST, PORT=way.port) as node:
        node.execute("BEGIN")
        node.execute("SELECT 1 FROM agents_device FOR UPDATE")
        way.vanish()
        until(lambda: is_signed_in(browser.get(next(fresh))), "that the row of the agent's phone is free")


def test_no_request_waits_for_a_dead_connection_longer_than_fifteen_seconds():
    assert DEAD_AFTER["tcp_user_timeout"] / 1000 + POOL["timeout"] + 1 < LONGEST
    assert DEAD_AFTER["connect_timeout"] <= POOL["timeout"]
