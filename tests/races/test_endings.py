"""Sign-outs while phones sign in: each happens once, and no phone slips through."""

from django.db import connections

from idp import clock as time
from idp.agents.models import Device
from idp.audit.events import Origin
from idp.audit.models import LoginEvent
from idp.login.emergency import everyone_out
from tests.races.concurrent import at_once

ORIGIN = Origin(None, "", "7KQ2M-9TX4D")
SEVERAL = 8


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


def test_that_was_not_me_reported_many_times_at_once_counts_once(phone, android):
    phone.sign_in()
    android.sign_in()
    page = phone.ask_flex()
    taps = at_once([lambda: phone.submit(page, "not_me", not_me="yes")] * SEVERAL)
    assert {it.heading for it in taps} == {"We signed the other phone out"}
    assert LoginEvent.objects.filter(kind="not me").count() == 1
    assert LoginEvent.objects.filter(kind="device ended", device__reason="reported").count() == 1
