"""Only a replaced phone may report a sign-in: that of its replacement, once, within seven days."""

from datetime import timedelta

import pytest

from idp.agents import devices
from idp.agents.models import Device, Reason
from idp.audit.events import Origin
from idp.audit.models import LoginEvent
from idp.login.endings import not_me
from tests.conftest import NOW
from tests.devices import PIXEL, a_phone

pytestmark = pytest.mark.usefixtures("db")
ORIGIN = Origin("192.0.2.7", "", "7KQ2M-9TX4D")


@pytest.fixture
def phones(agent):
    """A phone, and the one that took its place."""
    old, new = a_phone(agent), devices.enrol(agent, PIXEL, None, NOW).device
    old.refresh_from_db()
    return old, new


@pytest.mark.parametrize("reason", Reason)
def test_only_a_phone_that_was_replaced_may_report(phones, reason):
    old, new = phones
    old.reason = reason
    assert not_me.replacement(old, NOW) == (new if reason == Reason.REPLACED else None)


@pytest.mark.parametrize(("after", "heard"), [(timedelta(days=7, microseconds=-1), True), (timedelta(days=7), False)])
def test_a_phone_may_report_a_sign_in_for_seven_days(phones, after, heard):
    old, new = phones
    assert not_me.replacement(old, NOW + after) == (new if heard else None)


def test_a_phone_that_is_signed_in_has_nothing_to_report(phones):
    assert not_me.replacement(phones[1], NOW) is None


def test_a_report_ends_the_other_phone_and_is_taken_once(phones):
    old, new = phones
    assert [not_me.report(old, new, ORIGIN, NOW) for _ in range(2)] == [True, False]
    new.refresh_from_db()
    assert (new.reason, Device.objects.active().count()) == (Reason.REPORTED, 0)
    assert LoginEvent.objects.filter(kind="not me").count() == 1


def test_a_third_phone_is_not_touched_by_a_report_about_the_second(phones, agent):
    old, new = phones
    third = a_phone(agent)
    assert not_me.report(old, new, ORIGIN, NOW)
    new.refresh_from_db()
    third.refresh_from_db()
    assert (new.reason, third.revoked_at) == (Reason.REPLACED, None)
