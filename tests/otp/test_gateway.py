"""What the gateway is good for, at the emulator and, by `make test-twilio`, at Twilio itself, word for word the same.

Every request and answer is held to Twilio's OpenAPI document on the way.
"""

import pytest
import requests

from idp.otp.channels import Channel
from idp.otp.gateway import CheckResult, Failure, NotSent, RateLimits, Sent
from idp.otp.twilio.answers import Service
from tests.otp.contract import judge
from tests.otp.contract.recorder import TWILIO

NO_SUCH = "VE" + "0" * 32
LIMITS = RateLimits(ip="192.0.2.0/24", agent="0123456789abcdef", country="US")


@pytest.fixture(autouse=True)
def by_the_document(recorder):
    yield
    assert recorder.exchanges
    for exchange in recorder.exchanges:
        assert judge.faults_of_request(exchange) == []
        assert judge.faults_of_response(exchange) == []


@pytest.fixture(autouse=True)
def number_left_free(place, by_the_document, recorder):
    """Cancel what a case began, so that the next one has all its sends."""
    yield
    begun = {it.response.json().get("url") for it in recorder.exchanges if it.response.status_code == 201}
    auth = (place.settings.username, place.settings.password)
    for url in begun - {None}:
        here = url.replace(TWILIO, place.settings.base_url or TWILIO)
        requests.post(here, data={"Status": "canceled"}, auth=auth, timeout=10)


def test_a_text_goes_with_all_that_it_may_carry(place):
    gateway = place.with_settings(locale="en")
    assert isinstance(gateway.start(place.number, Channel.SMS, "reference", LIMITS), Sent)


def test_the_code_that_arrives_is_approved_once(place):
    sid, to = place.ask(), place.number
    code = place.read_code()
    assert place.gateway.check(sid=sid, to=to, code=code) is CheckResult.APPROVED
    assert place.gateway.check(sid=sid, to=to, code=code) is CheckResult.GONE


def test_the_code_is_approved_by_number_before_its_verification_is_known(place):
    place.ask()
    assert place.gateway.check(sid="", to=place.number, code=place.read_code()) is CheckResult.APPROVED


def test_a_resend_keeps_the_verification(place):
    assert place.ask() == place.ask()


def test_a_wrong_code_is_wrong_five_times_and_the_sixth_is_the_end(place):
    sid = place.ask()
    results = [place.gateway.check(sid=sid, to=place.number, code="000000") for _ in range(6)]
    assert results[:5] == [CheckResult.WRONG_CODE] * 5
    assert results[5] in {CheckResult.GONE, CheckResult.TOO_MANY_TRIES}


def test_a_verification_that_never_was_is_gone(place):
    assert place.gateway.check(sid=NO_SUCH, to=place.number, code="000000") is CheckResult.GONE


def test_a_right_verification_for_another_number_lets_no_one_in(place):
    sid = place.ask()
    assert place.gateway.check(sid=sid, to="+12015550999", code="000000") is CheckResult.UNKNOWN


def test_text_that_is_no_number_is_refused(place):
    refused = place.gateway.start("+1", Channel.SMS, "reference")
    assert isinstance(refused, NotSent)
    assert refused.failure in {Failure.REFUSED_NUMBER, Failure.UNEXPLAINED}


def test_the_service_answers_for_itself(place):
    service = place.gateway.service()
    assert isinstance(service, Service)
    assert service.sid == place.settings.service_sid
    assert place.gateway.probe() is None


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"service_sid": "VA" + "0" * 32}])
def test_wrong_credentials_and_a_wrong_service_are_outcomes_of_their_own(place, changes):
    refused = place.with_settings(**changes).start(place.number, Channel.SMS, "reference")
    assert (refused.failure, refused.opens_breaker) == (Failure.MISCONFIGURED, True)


def test_a_verification_can_be_read_while_it_is_pending(place):
    sid = place.ask()
    answer = place.gateway._look_up(sid, place.number)
    assert answer is CheckResult.UNKNOWN
