"""The connection is lost before the reply to a commit: what was written counts, and is not written again."""

import time
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, connections

from idp.agents.models import Device
from idp.audit import events
from idp.audit.models import Kind, LoginEvent
from idp.postgresql import base
from idp.saml.models import IssuedAssertion
from idp.settings import POOL
from tests.another_database import connected_to
from tests.conftest import an_agent
from tests.log_lines import lines
from tests.native.own_app import a_client, a_code, exchange, renew
from tests.races.installation import on_sqlite
from tests.races.known_phone import is_signed_in
from tests.relays import HOST, CuttingRelay

__all__ = ["lines"]


@contextmanager
def next_commit_is_not_answered(**settings):
    """SQLite is no server, so there the commit is answered."""
    if on_sqlite():
        yield
        return
    port = connections["default"].settings_dict["PORT"]
    with CuttingRelay(port, b"COMMIT") as way, connected_to(HOST=HOST, PORT=way.port, **settings):
        yield
        assert way.was_cut


def test_a_phone_is_signed_in_if_its_commit_succeeded_without_a_reply(browser, lines):
    with next_commit_is_not_answered():
        answer = browser.get(browser.address)
    assert is_signed_in(answer)
    assert answer.cookies["latchkey-token"].value
    assert IssuedAssertion.objects.count() == 1
    told = next(it for it in lines() if it["event"] == "request")["happened"]
    assert [it["kind"] for it in told] == [Kind.SIGNED_IN, Kind.ANSWERED]
    assert [it.kind for it in LoginEvent.objects.order_by("pk")] == [Kind.SIGNED_IN, Kind.ANSWERED]


def test_a_phone_is_signed_in_although_other_requests_just_found_no_connection(browser, monkeypatch):
    close = base.DatabaseWrapper._close

    def others_find_none(it):
        close(it)
        if it.alias == "another":
            base._HAD_NONE[it.pool] = time.monotonic()

    monkeypatch.setattr(base.DatabaseWrapper, "_close", others_find_none)
    with next_commit_is_not_answered(OPTIONS={"pool": POOL}):
        assert is_signed_in(browser.get(browser.address))
    assert IssuedAssertion.objects.count() == 1


def test_a_commit_without_a_reply_does_not_make_an_app_redeem_its_code_twice(transactional_db, keys):
    code = a_code(a_client(), an_agent())
    with next_commit_is_not_answered():
        signed_in = exchange(code)
    assert signed_in.status_code == 200
    assert Device.objects.get().revoked_at is None
    assert renew(signed_in.json()["refresh_token"]).status_code == 200


@pytest.fixture
def next_commit_ends_late(monkeypatch):
    """The connection is lost, and the commit has not ended when the trail is read for the first time."""
    known = {"commit": connection.commit, "were_written": events.were_written}

    def lost():
        monkeypatch.setattr(connections["default"], "commit", known["commit"])
        known["commit"]()
        raise OperationalError("the connection is lost")

    def not_yet(_):
        monkeypatch.setattr(events, "were_written", known["were_written"])
        return False

    def begin():
        monkeypatch.setattr(connections["default"], "commit", lost)
        monkeypatch.setattr(events, "were_written", not_yet)

    return begin


def test_a_phone_is_signed_in_if_its_commit_ends_late(browser, lines, next_commit_ends_late):
    next_commit_ends_late()
    assert is_signed_in(browser.get(browser.address))
    assert [it.kind for it in LoginEvent.objects.order_by("pk")] == [Kind.SIGNED_IN, Kind.ANSWERED]
    told = next(it for it in lines() if it["event"] == "request")["happened"]
    assert [it["kind"] for it in told] == [Kind.SIGNED_IN, Kind.ANSWERED]


def test_an_app_whose_commit_ends_late_stays_signed_in(transactional_db, keys, next_commit_ends_late):
    code = a_code(a_client(), an_agent())
    next_commit_ends_late()
    signed_in = exchange(code)
    assert signed_in.status_code == 200
    assert Device.objects.get().revoked_at is None
    assert renew(signed_in.json()["refresh_token"]).status_code == 200
