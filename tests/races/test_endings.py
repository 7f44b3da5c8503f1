"""Sign-outs while phones sign in: each happens once, and no phone slips through."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connections, transaction

from idp import clock as time
from idp.agents import cutoffs
from idp.agents.models import Cutoff, Device
from idp.audit.events import Origin
from idp.audit.models import LoginEvent
from idp.login.emergency import everyone_out
from tests.conftest import NOW, an_agent
from tests.devices import a_phone
from tests.native.own_app import OwnApp, a_client
from tests.races.concurrent import at_once
from tests.races.second_connection import open_transaction, second_connection, somebody_waits
from tests.waiting import until

ORIGIN = Origin(None, "", "7KQ2M-9TX4D")
SEVERAL = 8
BEHIND = NOW - timedelta(hours=1)
CUT_OFF = f"INSERT INTO agents_cutoff (at, why) VALUES ('{BEHIND.isoformat()}', 'a clock that is an hour behind')"


def everybody_out():
    try:
        everyone_out.begin(None, "backup restored", ORIGIN, time.now())
        everyone_out.end_devices(ORIGIN, time.now)
    finally:
        connections.close_all()


def test_after_everyone_out_among_many_open_tabs_nobody_is_signed_in(phone, clock):
    phone.sign_in()
    clock.shift(7200)
    tabs = [phone.copy() for _ in range(SEVERAL)]
    pages = at_once([everybody_out, *(tab.ask_flex for tab in tabs)])[1:]
    assert {page.status for page in pages} == {200}
    assert {tab.ask_flex().heading for tab in tabs} == {"You were signed out"}
    assert Device.objects.get().reason == "everyone"


@pytest.mark.postgresql_only
def test_a_sign_in_that_is_written_while_everyone_is_signed_out_is_ended_whatever_the_clocks_say(transactional_db):
    with second_connection() as theirs, transaction.atomic():
        before = a_phone(an_agent())
        theirs.execute(CUT_OFF)
    after = a_phone(an_agent("+12015550102", "ben@acme.example"))
    assert [cutoffs.is_ended(it) for it in (before, after)] == [True, False]


@pytest.mark.postgresql_only
def test_everyone_out_waits_for_another_one_so_that_their_order_is_that_of_their_commits(transactional_db):
    with open_transaction(CUT_OFF), pytest.raises(OperationalError):
        Cutoff.objects.create(at=NOW, why="at the same moment")


@pytest.mark.postgresql_only
def test_a_proof_for_an_app_waits_for_an_everyone_out_under_way_so_that_it_came_before_or_after(phone):
    """The trail's IDs are drawn before the commit, so a line that is older than the proof's last one may come later."""
    a_client()
    app = OwnApp(phone)
    page = app.ask()
    with second_connection() as theirs, ThreadPoolExecutor(1) as pool:
        theirs.execute("BEGIN")
        theirs.execute(CUT_OFF)
        proof = pool.submit(app.give_code, page)
        until(lambda: somebody_waits(theirs))
        theirs.execute("COMMIT")
        assert app.come_for(proof.result())["refresh_token"]


def test_that_was_not_me_reported_many_times_at_once_counts_once(phone, android):
    phone.sign_in()
    android.sign_in()
    page = phone.ask_flex()
    taps = at_once([lambda: phone.submit(page, "not_me", not_me="yes")] * SEVERAL)
    assert {it.heading for it in taps} == {"We signed the other phone out"}
    assert LoginEvent.objects.filter(kind="not me").count() == 1
    assert LoginEvent.objects.filter(kind="device ended", device__reason="reported").count() == 1
