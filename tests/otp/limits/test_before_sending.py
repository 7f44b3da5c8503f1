"""A thousand agents who never signed in before ask for a code each within five minutes, all from one address.

The first eighty and the last ten come one by one, as the clock is moved. What those between leave in the tables is
written in one go.
"""

from collections import Counter
from datetime import timedelta

import pytest

from idp.agents.models import Agent
from idp.otp import sends, verifications
from idp.otp.allowances import AGAIN_LATER
from idp.otp.channels import Channel
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits import caps, daily_budget, unproved_sends
from idp.otp.limits.asker import Asker
from idp.otp.models import Outcome, PhoneAuthenticator, Verification, VerificationSend
from idp.otp.verifications import Paused
from tests.conftest import NOW
from tests.web.home.test_texts import alarms

MANY, EVERY = 1000, timedelta(minutes=5) / 1000
FIRST, LAST = 80, 10
READING = timedelta(seconds=20)
"""From asking until the right code is typed."""
COMES_AGAIN = timedelta(minutes=1)
HERE = Asker(None, "192.0.2.7")


pytestmark = pytest.mark.slow  # on one database: what is counted is the same on either


@pytest.fixture
def floor(db, settings):
    """Their numbers, which begin alike, each with the instant at which its agent comes."""
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"texts_a_day": MANY})
    agents = [Agent(email=f"agent{nr}@acme.example", full_name=f"Agent {nr}", password="!") for nr in range(MANY)]
    numbers = [
        PhoneAuthenticator(user=agent, name="mobile number", number=f"+1201557{nr:04d}")
        for nr, agent in enumerate(agents)
    ]
    Agent.objects.bulk_create(agents)
    PhoneAuthenticator.objects.bulk_create(numbers)
    yield [(NOW + nr * EVERY, it) for nr, it in enumerate(numbers)]
    unproved_sends._past.clear()


def come(people):
    """One by one. Returns how often each was told to wait, and when the last one was in."""
    coming, reading, told = list(people), [], Counter()
    while coming:
        now, phone = coming.pop(0)
        while reading and reading[0][0] <= now:
            assert verifications.approve(reading.pop(0)[1], now)
        asked = sends.reserve(PhoneNumber(phone.number), Channel.SMS, HERE, now)
        if isinstance(asked, Paused):
            assert asked.until == now + AGAIN_LATER
            told[phone] += 1
            coming = sorted([*coming, (now + COMES_AGAIN, phone)], key=lambda it: it[0])
        else:
            assert asked.send is not None
            reading.append((now + READING, asked.verification))
    for until, verification in reading:
        assert verifications.approve(verification, until)
    return told, reading[-1][0]


def have_come(people):
    """The same in one go, for people whom nobody keeps waiting."""
    rows = [
        Verification(
            authenticator=phone,
            counted_as=verifications.counted_as_of(PhoneNumber(phone.number), phone),
            started_at=at,
            ended_at=at + READING,
            outcome=Outcome.APPROVED,
        )
        for at, phone in people
    ]
    prefix = caps.prefix_of(PhoneNumber(people[0][1].number))
    Verification.objects.bulk_create(rows)
    VerificationSend.objects.bulk_create(
        VerificationSend(
            verification=it, nth=1, channel=Channel.SMS, at=it.started_at, asked_from=HERE.asked_from, prefix=prefix
        )
        for it in rows
    )


def test_each_is_sent_one_code_and_the_few_who_are_over_have_theirs_a_minute_later(floor):
    told, in_at = come(floor[:FIRST])
    assert 0 < len(told) <= FIRST / 2
    assert set(told.values()) == {1}
    assert in_at < NOW + FIRST * EVERY + COMES_AGAIN + READING
    have_come(floor[FIRST:-LAST])
    told, in_at = come(floor[-LAST:])
    assert not told
    assert VerificationSend.objects.count() == MANY
    assert daily_budget.is_spent(in_at, own=False)
    assert not daily_budget.is_spent(in_at, own=True)
    assert [it.loud for it in alarms(in_at)] == [True]


def test_operators_are_warned_before_the_texts_of_the_day_are_used_up(floor):
    have_come(floor[: 8 * MANY // 10])
    (alarm,) = alarms(NOW)
    assert (alarm.loud, alarm.why.startswith("800 of the day's 1000 texts are used.")) == (False, True)
    assert not daily_budget.is_spent(NOW, own=False)
