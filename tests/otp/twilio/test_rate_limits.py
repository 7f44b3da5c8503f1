"""Verify's own rate limits, read and made through Twilio's SDK, and what they then hold back."""

from datetime import timedelta

import pytest

from idp.demo.verify_emulator.misbehaviour import Fault, FaultKind
from idp.otp.channels import Channel
from idp.otp.gateway import RateLimits, Sent
from idp.otp.limits import service_rate_limits
from idp.otp.limits.service_rate_limits import Bucket
from idp.otp.twilio.answers import Trouble
from idp.otp.twilio.rate_limits import TwilioRateLimits

WANTED = service_rate_limits.wanted(5000)
NUMBER = "+12015550101"
NOTHING_WAITS = {"pause": lambda _: None}


@pytest.fixture
def at_twilio(gateway):
    return TwilioRateLimits(gateway._settings)


def test_a_new_service_has_none_and_gets_all_of_them(at_twilio):
    assert at_twilio.read() == {}
    assert at_twilio.make(WANTED) == list(WANTED)
    assert at_twilio.read() == WANTED


def test_making_them_again_changes_nothing(at_twilio):
    at_twilio.make(WANTED)
    assert at_twilio.make(service_rate_limits.wanted(9)) == []
    assert at_twilio.read() == WANTED


def test_limits_that_an_operator_chose_stay_and_only_what_lacks_is_made(at_twilio):
    own = {"latchkey_ip": (Bucket(7, timedelta(minutes=1)),), "theirs": (Bucket(1, timedelta(hours=1)),)}
    at_twilio.make(own)
    assert at_twilio.make(WANTED) == ["latchkey_agent", "latchkey_country"]
    assert at_twilio.read() == WANTED | own


def test_the_next_run_finishes_rate_limits_that_were_half_made(at_twilio, verify):
    verify.state.make_rate_limit("latchkey_ip", "no bucket yet")
    assert at_twilio.make(WANTED) == list(WANTED)
    assert at_twilio.read()["latchkey_ip"] == WANTED["latchkey_ip"]


def test_the_eleventh_start_of_one_agent_within_ten_minutes_is_refused_and_nobody_elses(
    at_twilio, verify, make_gateway
):
    at_twilio.make(WANTED)
    gateway = make_gateway(verify.url, **NOTHING_WAITS)
    numbers = [f"+120155501{digit}" for digit in range(10, 21)]
    results = [gateway.start(it, Channel.SMS, "reference", RateLimits(agent="ana")) for it in numbers]
    assert [type(it) for it in results[:10]] == [Sent] * 10
    assert results[10].code == 20429
    assert isinstance(gateway.start(NUMBER, Channel.SMS, "reference", RateLimits(agent="bo")), Sent)


@pytest.mark.parametrize("texts_a_day", [1, 200, 5000, 1_000_000])
def test_twilios_limits_lie_above_our_own(texts_a_day):
    wanted = service_rate_limits.wanted(texts_a_day)
    assert wanted["latchkey_country"][0].limit >= 2 * texts_a_day
    assert wanted["latchkey_ip"][0].limit >= max(300, texts_a_day // 4)


def test_an_outage_is_a_value_and_no_limits(at_twilio, verify):
    verify.state.order_faults([Fault(FaultKind.UNAVAILABLE, calls=2)])
    answers = [at_twilio.read(), at_twilio.make(WANTED)]
    assert [(type(it), it.status) for it in answers] == [(Trouble, 503)] * 2
