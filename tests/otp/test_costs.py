"""What codes cost: counted by day and channel, and only where Twilio was asked."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from idp.otp import costs
from idp.otp.models import DailyCodes, Outcome, PhoneAuthenticator, Verification, VerificationSend
from tests.conftest import NOW

PRICES = {"approved": Decimal("0.05"), "sms": Decimal("0.01"), "call": Decimal("0.02")}
TODAY, LONG_AGO = NOW, NOW - timedelta(days=31)


@pytest.fixture
def number(agent):
    return PhoneAuthenticator.objects.get()


def a_code(number, *channels, at=TODAY, answer="sent", approved=False):
    """A verification with a send by each channel, ended if its code was right."""
    ended = {"ended_at": at, "outcome": Outcome.APPROVED} if approved else {}
    counted_as = f"{Verification.objects.count():064}"
    row = Verification.objects.create(authenticator=number, counted_as=counted_as, started_at=at, **ended)
    for nth, channel in enumerate(channels, 1):
        VerificationSend.objects.create(verification=row, nth=nth, channel=channel, at=at, answer=answer)


def numbers():
    return [(it.channel, it.asked, it.sent, it.approved) for it in costs.by_day(NOW)]


def test_sends_and_right_codes_are_counted_by_channel(number):
    a_code(number, "sms", approved=True)
    a_code(number, "sms")
    a_code(number, "call", approved=True)
    assert numbers() == [("call", 1, 1, 1), ("sms", 2, 2, 1)]


def test_a_right_code_belongs_to_the_channel_that_was_tried_last(number):
    a_code(number, "sms", "call", approved=True)
    assert numbers() == [("call", 1, 1, 1), ("sms", 1, 1, 0)]


def test_a_refused_text_counts_as_requested_and_not_as_sent(number):
    a_code(number, "sms", answer="landline (60205)")
    assert numbers() == [("sms", 1, 0, 0)]


def test_decoys_cost_nothing_and_old_codes_are_left_out(number):
    a_code(None, "sms")
    a_code(number, "sms", at=LONG_AGO, approved=True)
    assert numbers() == []


def test_days_are_kept_apart_the_latest_first(number):
    a_code(number, "sms", at=NOW - timedelta(days=1))
    a_code(number, "sms")
    costs.count_all(NOW)
    assert [it.day for it in costs.by_day(NOW)] == [NOW.date(), (NOW - timedelta(days=1)).date()]


def test_the_estimate_adds_what_was_sent_and_what_was_right(number):
    a_code(number, "sms", approved=True)
    a_code(number, "sms")
    (line,) = costs.by_day(NOW)
    assert (line.cost(PRICES), line.cost({}), line.share) == (Decimal("0.07"), 0, 50)


def test_the_share_of_nothing_is_no_number(number):
    a_code(number, "sms", answer="landline (60205)")
    assert costs.by_day(NOW)[0].share is None


def test_lines_add_up(number):
    a_code(number, "sms", approved=True)
    a_code(number, "call")
    every = costs.total(costs.by_day(NOW), NOW)
    assert (every.asked, every.sent, every.approved) == (2, 2, 1)


YESTERDAY, ONE_O_CLOCK = NOW - timedelta(days=1), NOW.replace(hour=1)


def test_a_day_is_counted_once_it_has_been_over_for_an_hour_and_never_again(number):
    a_code(number, "sms", at=YESTERDAY)
    assert YESTERDAY.date() not in costs.left(ONE_O_CLOCK - timedelta(seconds=1))
    assert YESTERDAY.date() == costs.left(ONE_O_CLOCK)[0]
    assert costs.count_all(ONE_O_CLOCK) == costs.DAYS - 1
    a_code(number, "sms", at=YESTERDAY)
    assert (costs.left(NOW), [it.asked for it in costs.by_day(NOW)]) == ([], [1])


def test_stored_counts_equal_those_counted_again(number):
    a_code(number, "sms", "call", at=YESTERDAY, approved=True)
    a_code(number, "sms", at=YESTERDAY, answer="landline (60205)")
    counted = sorted(costs.count(YESTERDAY.date()), key=lambda it: it.channel)
    costs.count_all(NOW)
    assert costs.by_day(NOW) == counted


def test_a_code_of_before_midnight_that_is_right_after_it_counts_on_the_new_day(number):
    midnight = NOW.replace(hour=0)
    a_code(number, "sms", at=midnight - timedelta(minutes=2), approved=True)
    Verification.objects.update(ended_at=midnight)
    costs.count_all(NOW)
    assert [(it.day, it.sent, it.approved) for it in costs.by_day(NOW)] == [
        (NOW.date(), 0, 1),
        (YESTERDAY.date(), 1, 0),
    ]


def test_two_that_count_a_day_at_once_keep_it_once(number):
    a_code(number, "sms", at=YESTERDAY)
    assert [costs.keep(YESTERDAY.date()), costs.keep(YESTERDAY.date())] == [True, False]
    assert [it.asked for it in costs.by_day(NOW)] == [1]
    with pytest.raises(IntegrityError), transaction.atomic():
        DailyCodes.objects.create(day=YESTERDAY, channel="sms", asked=1, sent=1, approved=0)


def test_a_day_that_a_clock_ahead_counted_too_early_is_counted_again_in_the_night(number):
    costs.count_all(ONE_O_CLOCK)
    a_code(number, "sms", at=YESTERDAY)
    assert numbers() == []
    costs.count_again(NOW)
    assert (numbers(), costs.left(NOW)) == ([("sms", 1, 1, 0)], [])


def test_settled_codes_of_today_are_counted_once(number, monkeypatch):
    monkeypatch.setattr(costs, "MANY", 5)
    for hours in (3, 2, 1):
        a_code(number, "sms", approved=True, at=NOW - timedelta(hours=hours))
    assert numbers() == [("sms", 3, 3, 3)]
    Verification.objects.all().delete()
    a_code(number, "sms", approved=True)
    assert numbers() == [("sms", 4, 4, 4)]
    costs._kept.clear()


def test_shortly_after_midnight_both_days_are_kept_and_none_from_before(number, monkeypatch):
    monkeypatch.setattr(costs, "MANY", 1)
    midnight = NOW.replace(hour=0)
    costs._kept[midnight.date() - 2 * costs.DAY] = costs.Counted(midnight, Counter())
    for minutes in (-30, 5):
        a_code(number, "sms", approved=True, at=midnight + timedelta(minutes=minutes))
    costs.by_day(midnight + timedelta(minutes=50))
    assert {*costs._kept} == {YESTERDAY.date(), midnight.date()}
    costs._kept.clear()
