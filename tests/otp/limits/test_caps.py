"""Who asks for number after number is stopped: within the hour, over the day, and however many addresses they have."""

from datetime import timedelta

import pytest

from idp.otp import sends
from idp.otp.allowances import PER_ADDRESS, PER_ADDRESS_A_DAY, PER_PREFIX, PER_PREFIX_A_DAY
from idp.otp.channels import Channel
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits.asker import Asker
from idp.otp.models import Verification, VerificationSend
from idp.otp.sends import Reservation
from idp.otp.verifications import Paused
from tests.conftest import NOW

HERE = Asker(None, "192.0.2.7")


def were_asked_for(count, *, at=NOW, **fields):
    """So many texts for numbers of nobody, none of them proved."""
    rows = [Verification(counted_as=f"{at:%H:%M} {n}", started_at=at) for n in range(count)]
    Verification.objects.bulk_create(rows)
    VerificationSend.objects.bulk_create(
        VerificationSend(verification=it, nth=1, channel="sms", at=at, **fields) for it in rows
    )


def ask(asker=HERE, number="+442079460000", now=NOW):
    return type(sends.reserve(PhoneNumber(number), Channel.SMS, asker, now))


def an_hour_at_a_time(most, hourly, **fields):
    """Spread texts over the hours before, so that no hour is too much."""
    for hour in range(1, most // hourly + 1):
        were_asked_for(hourly, at=NOW - timedelta(hours=hour, minutes=1), **fields)


@pytest.mark.parametrize(("left", "result"), [(1, Reservation), (0, Paused)])
def test_an_address_has_so_many_texts_an_hour(db, left, result):
    were_asked_for(PER_ADDRESS.base - left, asked_from=HERE.asked_from)
    assert ask() is result
    assert ask(Asker(None, "192.0.2.8")) is Reservation


def test_texts_dated_by_a_clock_that_was_hours_ahead_use_up_nothing(db):
    were_asked_for(PER_ADDRESS.base, at=NOW + timedelta(hours=3), asked_from=HERE.asked_from)
    assert ask() is Reservation
    assert ask(now=NOW + timedelta(hours=3)) is Paused


def test_an_address_that_keeps_below_the_hour_has_so_many_a_day(db):
    an_hour_at_a_time(PER_ADDRESS_A_DAY.base, PER_ADDRESS.base - 10, asked_from=HERE.asked_from)
    assert ask() is Paused
    assert ask(now=NOW + timedelta(hours=22)) is Reservation


def test_a_prefix_that_keeps_below_the_hour_has_so_many_a_day(db):
    an_hour_at_a_time(PER_PREFIX_A_DAY.base, PER_PREFIX.base - 10, prefix="+442079")
    assert ask() is Paused
    assert ask(number="+442179460000") is Reservation


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
    ],
)
def test_an_ipv6_network_counts_as_one_address(one, other, alike):
    assert (Asker(None, one).asked_from == Asker(None, other).asked_from) is alike


def test_a_request_without_an_address_counts_towards_no_address():
    assert Asker(None, None).asked_from == ""
