"""A sign-in waits for a lock or loses a race: it is tried again, else it gets the busy page and writes nothing."""

from contextlib import contextmanager

import pytest
from django.db import IntegrityError, OperationalError, connection

from idp import background
from idp.agents.models import Agent, Device
from idp.audit.models import Kind, LoginEvent
from idp.errors import LostRace
from idp.login.flow import sign_in
from idp.login.models import LoginFlow
from idp.otp import numbers
from idp.otp.models import Verification
from idp.saml.models import IssuedAssertion
from tests.conftest import NOW
from tests.phone import NUMBER
from tests.races import consistency
from tests.races.known_phone import is_busy, is_signed_in
from tests.races.second_connection import open_transaction

pytestmark = pytest.mark.each_database

FAULTS = [OperationalError("deadlock detected"), IntegrityError("UNIQUE constraint failed"), LostRace()]
EACH_FAULT = pytest.mark.parametrize("fault", FAULTS, ids=lambda it: type(it).__name__)


@contextmanager
def fails(times, fault):
    """The next so many holds of a device fail, as when the database chose this transaction to give way."""
    left = [fault] * times

    def first(execute, sql, *rest):
        if left and sql.startswith('UPDATE "agents_device"'):
            raise left.pop()
        return execute(sql, *rest)

    with connection.execute_wrapper(first):
        yield
    assert left == []


def test_a_phone_that_waits_too_long_for_a_lock_gets_a_busy_page_and_signs_in_later(browser):
    with open_transaction("UPDATE agents_device SET generation = generation"):
        assert is_busy(browser.get(browser.address))
    assert not IssuedAssertion.objects.exists()
    assert is_signed_in(browser.get(browser.address))


def test_a_sign_in_waits_five_seconds_for_a_lock(browser):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout" if connection.vendor == "sqlite" else "SHOW lock_timeout")
        assert cursor.fetchone()[0] in {5000, "5s"}


@EACH_FAULT
def test_a_sign_in_that_lost_two_races_is_tried_a_third_time(browser, fault):
    with fails(2, fault):
        assert is_signed_in(browser.get(browser.address))
    assert IssuedAssertion.objects.count() == 1


@EACH_FAULT
def test_a_sign_in_that_lost_three_races_gets_a_busy_page_and_writes_nothing(browser, fault):
    with fails(3, fault):
        assert is_busy(browser.get(browser.address))
    assert not IssuedAssertion.objects.exists()
    assert Device.objects.get().last_seen_at == NOW
    assert is_signed_in(browser.get(browser.address))


def test_an_agent_who_waited_long_for_a_lock_is_not_made_to_wait_again(browser, monkeypatch):
    monkeypatch.setattr("idp.login.flow.transactions.PATIENCE", 0)
    with fails(1, FAULTS[0]):
        assert is_busy(browser.get(browser.address))


@pytest.fixture
def busy_page(phone, monkeypatch):
    """A right code was typed on this page, and we were too busy to write the sign-in."""
    page = phone.ask_code(phone.ask_flex())
    with monkeypatch.context() as busy:
        busy.setattr(sign_in.devices, "enrol", _give_way)
        refused = phone.submit(page, "code", code=phone.code())
    assert (refused.status, refused.heading) == (503, "We are very busy at the moment")
    assert not Device.objects.exists()
    consistency.check()
    return page


def test_a_code_that_was_reserved_is_sent_although_its_page_could_not_be_written(phone, monkeypatch):
    first = phone.ask_flex()
    with monkeypatch.context() as busy:
        busy.setattr(LoginFlow, "save", _give_way)
        assert phone.ask_code(first).status == 503
    page = phone.ask_code(first)
    background.settle()
    assert (page.heading, phone.messages()) == ("Enter the code", 1)
    assert phone.arrive(phone.submit(page, "code", code=phone.code(after=0)))["signed_in"]


def wrong_codes():
    return LoginEvent.objects.filter(kind=Kind.CODE_WRONG).count()


def test_after_a_busy_page_the_right_code_counts_when_it_is_sent_again(phone, busy_page):
    assert phone.arrive(phone.submit(busy_page, "code", code=phone.code()))["signed_in"]
    assert (phone.messages(), Verification.objects.get().tries, wrong_codes()) == (1, 1, 0)
    consistency.check()


def test_after_a_busy_page_the_right_code_counts_when_the_page_is_opened_again(phone, busy_page):
    assert phone.arrive(phone.open(busy_page.url))["signed_in"]
    consistency.check()


def test_after_a_busy_page_the_right_code_counts_only_in_its_own_browser_and_sign_in(phone, busy_page):
    code = phone.code()
    for someone in (phone.like(), phone):
        page = someone.submit(someone.ask_code(someone.ask_flex()), "code", code=code)
        assert (page.status, wrong_codes() > 0, Device.objects.count()) == (403, True, 0)


def test_after_a_busy_page_the_right_code_still_expires_after_ten_minutes(phone, clock, busy_page):
    clock.shift(600)
    page = phone.submit(busy_page, "code", code=phone.code())
    assert (page.status, Device.objects.count()) == (410, 0)


def test_after_a_busy_page_the_right_code_does_not_count_for_another_number(phone, busy_page):
    numbers.give(Agent.objects.get(numbers__number=NUMBER), "+12015550150", NOW)
    page = phone.submit(busy_page, "code", code=phone.code())
    assert (page.status, Device.objects.count()) == (403, 0)


def test_after_a_busy_page_requesting_another_text_signs_in_with_the_right_code(phone, clock, busy_page):
    clock.shift(30)
    assert phone.arrive(phone.submit(busy_page, "again", again="sms"))["signed_in"]
    assert phone.messages() == 1


def _give_way(*_, **__):
    raise FAULTS[0]
