"""Verify in trouble: outages, lost answers, numbers that misbehave. Nobody gets in by them."""

from itertools import count

import pytest

from idp.demo.verify_emulator.misbehaviour import Fault, FaultKind
from idp.demo.verify_emulator.state import Variants
from idp.otp.channels import Channel
from idp.otp.gateway import CheckResult, Failure, NotSent, Sent
from idp.otp.twilio import verify as twilio_verify
from tests.otp.twilio.codes import ANA, BEN, a_free_port, starts

LOST = [FaultKind.DROP, FaultKind.TRUNCATED]


def test_a_service_that_answers_is_fine(gateway):
    assert gateway.probe() is None


@pytest.mark.parametrize("kind", ["503", "html", "truncated", "drop"])
def test_a_service_that_does_not_answer_is_down(gateway, verify, kind):
    verify.state.order_faults([Fault(FaultKind(kind), calls=9)])
    assert gateway.probe() is Failure.UNAVAILABLE


@pytest.mark.parametrize("kind", LOST)
def test_a_service_whose_answer_got_lost_did_not_answer(gateway, verify, kind):
    verify.state.order_faults([Fault(kind)])
    assert gateway.probe() is Failure.UNAVAILABLE


@pytest.mark.parametrize(
    ("fault", "calls"),
    [(Fault(FaultKind.DROP, calls=9), 2), (Fault(FaultKind.ERROR, calls=9, status=429, code=20429), 2)],
    ids=["the answer got lost", "too much at once"],
)
def test_a_probe_makes_as_many_calls_as_the_check_it_replaces(verify, make_gateway, phones, fault, calls):
    """Else an outage would tell by its time whose number is known."""
    gateway, sid = make_gateway(verify.url, pause=lambda _: None), phones.ask(ANA)
    for act in (gateway.probe, lambda: gateway.check(sid=sid, to=ANA, code="000000")):
        verify.state.order_faults([fault])
        before = sum(verify.state.counters()["paths"].values())
        act()
        assert sum(verify.state.counters()["paths"].values()) - before == calls


def test_a_probe_tells_wrong_credentials_and_a_wrong_service(verify, make_gateway):
    assert make_gateway(verify.url, password="wrong").probe() is Failure.MISCONFIGURED
    assert make_gateway(verify.url, service_sid="VA" + "0" * 32).probe() is Failure.MISCONFIGURED


@pytest.mark.parametrize(
    ("number", "failure", "code", "opens_breaker"),
    [
        ("+12015550190", Failure.LANDLINE, 60205, False),
        ("+12015550191", Failure.TOO_MANY_SENDS, 60203, False),
        ("+12015550192", Failure.FRAUD_GUARD, 60410, False),
        ("+12015550195", Failure.UNAVAILABLE, 20503, True),
        ("+12015550196", Failure.REFUSED_NUMBER, 60200, False),
        ("+12015550198", Failure.MISCONFIGURED, 20003, True),
        ("+12015550199", Failure.UNEXPLAINED, 60999, False),
    ],
)
def test_a_number_that_misbehaves_gets_no_text(gateway, number, failure, code, opens_breaker):
    refused = gateway.start(number, Channel.SMS, "reference")
    assert isinstance(refused, NotSent)
    assert (refused.failure, refused.code, refused.opens_breaker) == (failure, code, opens_breaker)
    assert refused.request_id.startswith("RQ")


@pytest.mark.parametrize("number", ["+12015550190", "+12015550192", "+12015550196"])
def test_a_number_that_refuses_texts_can_be_called(gateway, phones, number):
    sent = gateway.start(number, Channel.CALL, "reference")
    assert gateway.check(sid=sent.sid, to=number, code=phones.code(number)) is CheckResult.APPROVED


@pytest.mark.parametrize(
    ("number", "result"),
    [("+12015550194", CheckResult.GONE), ("+12015550197", CheckResult.TOO_MANY_TRIES)],
)
def test_a_number_whose_checks_misbehave_is_not_let_in(gateway, phones, number, result):
    sid = phones.ask(number)
    assert gateway.check(sid=sid, to=number, code=phones.code(number)) is result


def test_a_text_that_takes_its_time_counts_when_it_arrives(gateway, verify, phones):
    late = "+12015550193"
    sid = phones.ask(late)
    assert verify.state.messages(late) == []
    verify.state.advance(20)
    assert gateway.check(sid=sid, to=late, code=phones.code(late)) is CheckResult.APPROVED


@pytest.mark.parametrize("changes", [{"password": "another"}, {"service_sid": "VA" + "0" * 32}])
def test_wrong_credentials_or_service_mean_that_nobody_gets_a_code(verify, make_gateway, changes):
    stranger = make_gateway(verify.url, **changes)
    refused = stranger.start(ANA, Channel.SMS, "reference")
    assert (refused.failure, refused.opens_breaker) == (Failure.MISCONFIGURED, True)


def test_wrong_credentials_at_a_check_are_no_verdict(verify, make_gateway, phones):
    sid = phones.ask(ANA)
    stranger = make_gateway(verify.url, password="another")
    assert stranger.check(sid=sid, to=ANA, code=phones.code(ANA)) is CheckResult.MISCONFIGURED


@pytest.mark.parametrize("kind", ["503", "html", "truncated", "drop"])
def test_an_outage_at_a_start_is_reported_and_the_text_is_not_repeated(gateway, verify, kind):
    verify.state.order_faults([Fault(FaultKind(kind))])
    refused = gateway.start(ANA, Channel.SMS, "reference")
    assert (refused.failure, refused.opens_breaker) == (Failure.UNAVAILABLE, True)
    assert starts(verify) == 1


def test_a_start_that_is_not_answered_in_time_is_not_repeated(impatient, verify):
    verify.state.order_faults([Fault(FaultKind.HANG, seconds=20)])
    refused = impatient.start(ANA, Channel.SMS, "reference")
    assert (refused.failure, refused.code, refused.request_id) == (Failure.UNAVAILABLE, None, "")
    assert starts(verify) == 1


def test_a_start_that_found_no_connection_is_tried_once_more(make_gateway, make_emulator):
    port = a_free_port()
    gateway = make_gateway(f"http://127.0.0.1:{port}", pause=lambda _: make_emulator(port))
    assert isinstance(gateway.start(ANA, Channel.SMS, "reference"), Sent)


def test_a_start_that_finds_no_connection_twice_is_an_outage(make_gateway):
    gateway = make_gateway(f"http://127.0.0.1:{a_free_port()}", pause=lambda _: None)
    refused = gateway.start(ANA, Channel.SMS, "reference")
    assert (refused.failure, refused.code) == (Failure.UNAVAILABLE, None)


def test_a_start_that_took_long_to_find_no_connection_is_not_tried_again(make_gateway, monkeypatch):
    pauses = []
    gateway = make_gateway(f"http://127.0.0.1:{a_free_port()}", pause=pauses.append)
    monkeypatch.setattr(twilio_verify, "monotonic", count(0, 4).__next__)
    assert gateway.start(ANA, Channel.SMS, "reference").failure is Failure.UNAVAILABLE
    assert pauses == []


@pytest.mark.parametrize("code", [20429, 60212])
def test_a_start_that_came_too_fast_is_tried_once_more_after_a_second_at_most(verify, make_gateway, code):
    pauses = []
    gateway = make_gateway(verify.url, pause=pauses.append)
    verify.state.order_faults([Fault(FaultKind.ERROR, status=429, code=code, seconds=25)])
    assert isinstance(gateway.start(ANA, Channel.SMS, "reference"), Sent)
    assert [1.0 <= seconds < 1.5 for seconds in pauses] == [True]


@pytest.mark.parametrize(("code", "failure"), [(20429, Failure.RATE_LIMITED), (60212, Failure.TOO_MANY_SENDS)])
def test_a_start_that_comes_too_fast_twice_is_given_up(verify, make_gateway, code, failure):
    gateway = make_gateway(verify.url, pause=lambda _: None)
    verify.state.order_faults([Fault(FaultKind.ERROR, status=429, code=code, calls=2)])
    assert gateway.start(ANA, Channel.SMS, "reference").failure is failure
    assert starts(verify) == 2


@pytest.mark.parametrize("fields", [{"sid": None}, {"sid": "../Verifications"}, {"to": BEN}, {"status": "sanctioned"}])
def test_a_start_whose_answer_makes_no_sense_is_an_outage(gateway, verify, fields):
    verify.state.order_faults([Fault(FaultKind.FIELDS, fields=fields)])
    assert gateway.start(ANA, Channel.SMS, "reference").failure is Failure.UNAVAILABLE


@pytest.mark.parametrize("code", [10**12, -1, True])
def test_an_error_code_that_twilio_cannot_have_is_none(gateway, verify, code):
    """The database could not store it, and the agent would get an error page after the answer."""
    verify.state.order_faults([Fault(FaultKind.ERROR, status=400, code=code)])
    refused = gateway.start(ANA, Channel.SMS, "reference")
    assert isinstance(refused, NotSent)
    assert refused.code is None


@pytest.mark.parametrize("kind", ["503", "html"])
def test_an_outage_at_a_check_is_no_verdict(gateway, verify, phones, kind):
    sid = phones.ask(ANA)
    verify.state.order_faults([Fault(FaultKind(kind))])
    assert gateway.check(sid=sid, to=ANA, code=phones.code(ANA)) is CheckResult.UNKNOWN


@pytest.mark.parametrize("kind", LOST)
def test_an_approval_that_got_lost_counts_if_it_can_be_read(gateway, verify, phones, kind):
    verify.state.follow(Variants(over_stays_readable=True))
    sid = phones.ask(ANA)
    verify.state.order_faults([Fault(kind)])
    assert gateway.check(sid=sid, to=ANA, code=phones.code(ANA)) is CheckResult.APPROVED


@pytest.mark.parametrize("kind", LOST)
def test_an_approval_that_got_lost_is_no_verdict_if_it_cannot_be_read(gateway, verify, phones, kind):
    sid = phones.ask(ANA)
    verify.state.order_faults([Fault(kind)])
    assert gateway.check(sid=sid, to=ANA, code=phones.code(ANA)) is CheckResult.UNKNOWN


def test_a_check_that_is_not_answered_in_time_is_looked_up_once(impatient, verify, phones):
    verify.state.follow(Variants(over_stays_readable=True))
    sid = phones.ask(ANA)
    verify.state.order_faults([Fault(FaultKind.HANG, seconds=20)])
    assert impatient.check(sid=sid, to=ANA, code=phones.code(ANA)) is CheckResult.APPROVED
    paths = verify.state.counters()["paths"]
    assert (paths["POST VerificationCheck"], paths["GET Verifications/{Sid}"]) == (1, 1)


def test_a_lost_check_that_is_still_pending_is_no_verdict(impatient, verify, phones):
    sid = phones.ask(ANA)
    verify.state.order_faults([Fault(FaultKind.HANG, seconds=20, processed=False)])
    assert impatient.check(sid=sid, to=ANA, code=phones.code(ANA)) is CheckResult.UNKNOWN


@pytest.mark.parametrize("kind", ["503", "html", "truncated", "drop"])
def test_a_lost_check_that_cannot_be_looked_up_is_no_verdict(gateway, verify, phones, kind):
    sid = phones.ask(ANA)
    verify.state.order_faults([Fault(FaultKind.DROP), Fault(FaultKind(kind))])
    assert gateway.check(sid=sid, to=ANA, code=phones.code(ANA)) is CheckResult.UNKNOWN
