"""The database is restored from this morning: phones used since, new phones and lost phones."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from idp.agents.models import Device, Reason
from idp.audit.models import ALARMING, LoginEvent
from tests import tables
from tests.journeys.visits import asks_for_a_code

BEN = "+12015550102"


@pytest.fixture
def this_morning(phone, clock):
    """Ana signed in this morning. Yields what the tables held then."""
    assert phone.sign_in()["signed_in"]
    held = tables.remember()
    for _ in range(3):
        clock.shift(timedelta(hours=1))
        assert phone.sign_in_silently()["signed_in"]
    return held


def restore(held, clock):
    tables.put_back(held)
    call_command("everyone_out", why="the morning restored", stderr=StringIO())
    clock.shift(timedelta(seconds=1))


def alarms():
    return LoginEvent.objects.filter(kind__in=ALARMING).count()


def by_code(phone, page, number):
    before = phone.messages(number)
    return phone.arrive(phone.submit(phone.ask_code(page, number), "code", code=phone.code(number, after=before)))


def test_a_phone_used_since_the_backup_reads_why_and_signs_in_with_a_code_without_an_alarm(this_morning, clock, phone):
    restore(this_morning, clock)
    page = phone.ask_flex()
    assert "everyone was signed out" in page.text
    assert by_code(phone, page, "+12015550101")["signed_in"]
    assert phone.sign_in_silently()["signed_in"]
    assert alarms() == 0


def test_a_phone_enrolled_after_the_backup_is_asked_for_a_code(this_morning, clock, android):
    assert android.sign_in(BEN)["signed_in"]
    restore(this_morning, clock)
    assert asks_for_a_code(android)
    assert by_code(android, android.ask_flex(), BEN)["signed_in"]
    assert alarms() == 0


def test_a_phone_reported_lost_since_the_backup_stays_signed_out(this_morning, clock, phone, android):
    """Her new phone ended the lost one; the morning's tables do not know that, and hold the lost one active."""
    assert android.sign_in()["signed_in"]
    restore(this_morning, clock)
    assert asks_for_a_code(phone)
    assert asks_for_a_code(android)


def test_without_everyone_out_nobody_is_locked_out_and_no_theft_is_reported(this_morning, clock, phone, android):
    """What `restore --keep-sign-ins` is not for: tokens are newer than the tables know."""
    assert android.sign_in(BEN)["signed_in"]
    tables.put_back(this_morning)
    clock.shift(timedelta(days=1))
    assert by_code(phone, phone.ask_flex(), "+12015550101")["signed_in"]
    assert by_code(android, android.ask_flex(), BEN)["signed_in"]
    assert alarms() == 0
    assert not Device.objects.filter(reason=Reason.COPIED).exists()
