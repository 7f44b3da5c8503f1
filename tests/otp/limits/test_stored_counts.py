"""Counts of sends that can no longer change are stored, so that their rows are read once."""

from datetime import timedelta

import pytest
from django.db import connection

from idp.otp import open_channels
from idp.otp.limits import caps, sums, unproved_sends
from idp.otp.limits.asker import Asker
from idp.otp.models import Outcome, PhoneAuthenticator, Verification, VerificationSend
from idp.web.home import texts
from tests.conftest import NOW

PREFIX, NUMBER = "+442079", "nobody's"
MANY = 2 * unproved_sends.FEW
HOUR = timedelta(hours=1)
SOMEBODY = Asker(None, None)


@pytest.fixture(autouse=True)
def nothing_stored():
    yield
    unproved_sends._past.clear()


def were_sent(count, at, phone=None, **fields):
    """So many texts, one each second from then on; every third code was right if the number is somebody's."""
    rows = [
        Verification(authenticator=phone, counted_as=f"{at} {nr}", started_at=at + timedelta(seconds=nr))
        for nr in range(count)
    ]
    for it in rows[::3] if phone else ():
        it.ended_at, it.outcome = it.started_at, Outcome.APPROVED
    Verification.objects.bulk_create(rows)
    VerificationSend.objects.bulk_create(
        VerificationSend(verification=it, nth=1, channel="sms", at=it.started_at, prefix=PREFIX, **fields)
        for it in rows
    )


def reached(now):
    return caps.cap_reached(NUMBER, asker=SOMEBODY, prefix=PREFIX, now=now)


def test_the_outcome_of_an_old_send_is_read_once(db):
    were_sent(MANY, NOW - HOUR)
    assert reached(NOW) == caps.Cap.PREFIX
    VerificationSend.objects.all().delete()
    assert reached(NOW) == caps.Cap.PREFIX
    assert reached(NOW + 24 * HOUR) is None


def test_a_code_that_can_still_be_right_is_read_again(db):
    were_sent(MANY, NOW - timedelta(minutes=8))
    assert reached(NOW) == caps.Cap.PREFIX
    Verification.objects.update(ended_at=NOW, outcome=Outcome.APPROVED)
    assert reached(NOW) is None


def test_stored_and_new_counts_add_up_to_the_rows_that_exist(agent):
    phone, sends = PhoneAuthenticator.objects.get(), VerificationSend.objects.filter(prefix=PREFIX)
    for nr in range(10):
        now = NOW + nr * 3 * HOUR
        were_sent(MANY // 2 if nr % 3 else MANY, now - timedelta(minutes=20), phone)
        capped = caps.capped_sends(NUMBER, SOMEBODY, PREFIX, now)[1:]
        for it, left in zip(capped, sums.of_parts([it.unread(now) for it in capped]), strict=True):
            there = sends.filter(at__gt=now - it.allowance.within, at__lte=now).exclude(
                verification__outcome="approved"
            )
            assert left.many + it.past.after(now - it.allowance.within) == there.count()
            it.is_reached(left, now)
    assert len(unproved_sends.past(PREFIX, now).unproved) > MANY


def test_failures_are_found_without_reading_the_sends_that_went_well(agent):
    were_sent(MANY, NOW, PhoneAuthenticator.objects.get(), answer="sent")
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE otp_verificationsend, otp_verification")
    asked = VerificationSend.objects.filter(pk=1).annotate(refused=open_channels.some_refused(NOW))
    assert "sends_that_failed" in texts._refused_sends(NOW).explain()
    assert "sends_that_failed" in asked.explain()
    assert "codes_tried_in_vain" in texts._wrong_in_a_row(NOW).explain()
    assert "codes_tried_in_vain" in texts._tried_in_vain(NOW).explain()
