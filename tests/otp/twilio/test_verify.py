"""Codes by Verify: sent, typed, right or wrong, and gone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from idp.demo.verify_emulator.misbehaviour import Fault, FaultKind
from idp.demo.verify_emulator.state import Variants
from idp.otp.channels import Channel
from idp.otp.gateway import CheckResult, Failure, RateLimits, Sent
from tests.otp.twilio.codes import ANA, BEN, a_free_port, starts

TEMPLATE = "HJ" + "e" * 32


def test_the_code_that_arrives_is_approved(gateway, phones):
    sid = phones.ask(ANA)
    assert gateway.check(sid=sid, to=ANA, code=phones.code(ANA)) is CheckResult.APPROVED


def test_a_code_can_be_heard_in_a_call(gateway, verify, phones):
    sent = gateway.start(ANA, Channel.CALL, "reference")
    assert verify.state.messages(ANA)[0].channel == "call"
    assert gateway.check(sid=sent.sid, to=ANA, code=phones.code(ANA)) is CheckResult.APPROVED


def test_a_wrong_code_is_wrong_and_the_right_one_still_counts(gateway, phones):
    sid = phones.ask(ANA)
    assert gateway.check(sid=sid, to=ANA, code=phones.wrong_code(ANA)) is CheckResult.WRONG_CODE
    assert gateway.check(sid=sid, to=ANA, code=phones.code(ANA)) is CheckResult.APPROVED


def test_a_code_approved_before_is_gone(gateway, phones):
    sid, code = phones.ask(ANA), phones.code(ANA)
    gateway.check(sid=sid, to=ANA, code=code)
    assert gateway.check(sid=sid, to=ANA, code=code) is CheckResult.GONE


def test_a_code_is_gone_after_ten_minutes(gateway, verify, phones):
    sid = phones.ask(ANA)
    verify.state.advance(600)
    assert gateway.check(sid=sid, to=ANA, code=phones.code(ANA)) is CheckResult.GONE


def test_a_verification_never_started_is_gone_in_both_reports(gateway, verify):
    unknown = {"sid": "VE" + "0" * 32, "to": ANA, "code": "123456"}
    assert gateway.check(**unknown) is CheckResult.GONE
    verify.state.follow(Variants(unknown_check_is_400=True))
    assert gateway.check(**unknown) is CheckResult.GONE


@pytest.mark.parametrize(("locks", "sixth"), [(False, CheckResult.GONE), (True, CheckResult.TOO_MANY_TRIES)])
def test_the_sixth_check_fails_even_with_the_right_code(gateway, verify, phones, locks, sixth):
    verify.state.follow(Variants(sixth_check_is_429=locks))
    sid = phones.ask(ANA)
    wrong = [gateway.check(sid=sid, to=ANA, code=phones.wrong_code(ANA)) for _ in range(5)]
    assert wrong == [CheckResult.WRONG_CODE] * 5
    assert gateway.check(sid=sid, to=ANA, code=phones.code(ANA)) is sixth


@pytest.mark.parametrize(
    "variants",
    [
        Variants(check_answers_200=True),
        Variants(lower_case_attempts=True),
        Variants(problem_details=True),
        Variants(over_stays_readable=True),
    ],
)
def test_a_sign_in_works_whichever_report_is_true(gateway, verify, phones, variants):
    verify.state.follow(variants)
    sid = phones.ask(ANA)
    assert gateway.check(sid=sid, to=ANA, code=phones.wrong_code(ANA)) is CheckResult.WRONG_CODE
    assert gateway.check(sid=sid, to=ANA, code=phones.code(ANA)) is CheckResult.APPROVED
    assert gateway.check(sid=sid, to=ANA, code=phones.code(ANA)) is CheckResult.GONE


def test_a_resend_keeps_the_sid_and_the_sixth_is_refused(gateway, phones):
    sids = {phones.ask(ANA) for _ in range(5)}
    refused = gateway.start(ANA, Channel.SMS, "reference")
    assert len(sids) == 1
    assert (refused.failure, refused.code) == (Failure.TOO_MANY_SENDS, 60203)


@pytest.mark.parametrize("variants", [Variants(sixth_start_is_60202=True), Variants(problem_details=True)])
def test_too_many_sends_are_recognised_in_the_other_reports(gateway, verify, phones, variants):
    verify.state.follow(variants)
    for _ in range(5):
        phones.ask(ANA)
    refused = gateway.start(ANA, Channel.SMS, "reference")
    assert (refused.failure, refused.opens_breaker) == (Failure.TOO_MANY_SENDS, False)


def test_a_text_whose_template_is_refused_goes_without_it_and_tells_so(verify, make_gateway, control):
    control(verify, templates=[])
    sent = make_gateway(verify.url, template_sid=TEMPLATE).start(ANA, Channel.SMS, "reference")
    assert (type(sent), sent.code) == (Sent, 60228)
    assert starts(verify) == 2
    assert len(verify.state.messages(ANA)) == 1


def test_a_text_whose_template_is_fine_tells_nothing(verify, make_gateway):
    assert make_gateway(verify.url, template_sid=TEMPLATE).start(ANA, Channel.SMS, "reference").code is None
    assert starts(verify) == 1


def test_a_refusal_for_a_template_that_was_not_sent_is_not_repeated(gateway, verify):
    verify.state.order_faults([Fault(FaultKind.ERROR, status=400, code=60228)])
    assert gateway.start(ANA, Channel.SMS, "reference").failure is Failure.TEMPLATE_REFUSED
    assert starts(verify) == 1


def test_a_text_refused_without_its_template_too_is_not_sent(verify, make_gateway):
    verify.state.order_faults([Fault(FaultKind.ERROR, calls=2, status=400, code=60228)])
    refused = make_gateway(verify.url, template_sid=TEMPLATE).start(ANA, Channel.SMS, "reference")
    assert (refused.failure, refused.code) == (Failure.TEMPLATE_REFUSED, 60228)


@pytest.mark.parametrize(
    ("orders", "failure"),
    [({"countries_off": ["+1"]}, Failure.COUNTRY_OFF), ({"channels": ["sms", "call"]}, Failure.CHANNEL_OFF)],
)
def test_a_refusal_by_the_account_is_reported(gateway, verify, control, orders, failure):
    control(verify, **orders)
    refused = gateway.start(ANA, Channel.WHATSAPP, "reference")
    assert (refused.failure, refused.opens_breaker) == (failure, False)


def test_after_a_rate_limit_the_call_is_repeated_once_and_then_fails(verify, make_gateway, control):
    control(verify, buckets={"latchkey_agent": {"max": 1, "interval": 0.5}})
    limits = RateLimits(agent="a hash")
    gateway = make_gateway(verify.url, pause=lambda _: control(verify, advance=1))
    assert [type(gateway.start(ANA, Channel.SMS, "reference", limits)) for _ in range(2)] == [Sent, Sent]
    stuck = make_gateway(verify.url, pause=lambda _: None)
    control(verify, buckets={"latchkey_agent": {"max": 1, "interval": 600}})
    refused = stuck.start(ANA, Channel.SMS, "reference", limits)
    assert (refused.failure, refused.code) == (Failure.RATE_LIMITED, 20429)


@pytest.mark.parametrize(
    "fields",
    [
        {"sid": "VE" + "0" * 32},
        {"sid": None},
        {"to": BEN},
        {"to": None},
        {"status": "sanctioned"},
        {"status": ["approved"]},
        {"status": None},
        {"status": "APPROVED"},
        {"status": "pending", "valid": True, "sid": None},
    ],
)
def test_an_approval_of_something_else_lets_no_one_in(gateway, verify, phones, fields):
    sid = phones.ask(ANA)
    verify.state.order_faults([Fault(FaultKind.FIELDS, fields=fields)])
    assert gateway.check(sid=sid, to=ANA, code=phones.code(ANA)) is CheckResult.UNKNOWN


@pytest.mark.parametrize("fields", [{"sid": "VA" + "0" * 32}, {"sid": None}, {"to": BEN}, {"status": "APPROVED"}])
def test_an_approval_of_something_else_lets_no_one_in_by_number_either(gateway, verify, phones, fields):
    phones.ask(ANA)
    verify.state.order_faults([Fault(FaultKind.FIELDS, fields=fields)])
    assert gateway.check(sid="", to=ANA, code=phones.code(ANA)) is CheckResult.UNKNOWN


def test_by_number_the_code_of_a_test_lets_no_one_in(gateway, phones):
    sid = phones.ask(ANA)
    assert gateway.check(sid="", to=ANA, code=phones.code(ANA), tests={sid}) is CheckResult.GONE


def test_a_right_code_for_another_number_lets_no_one_in(gateway, phones):
    sid = phones.ask(BEN)
    assert gateway.check(sid=sid, to=ANA, code=phones.code(BEN)) is CheckResult.UNKNOWN


def test_an_approval_looked_up_must_be_about_the_same_number(gateway, verify, phones):
    verify.state.follow(Variants(over_stays_readable=True))
    sid = phones.ask(BEN)
    verify.state.order_faults([Fault(FaultKind.DROP)])
    assert gateway.check(sid=sid, to=ANA, code=phones.code(BEN)) is CheckResult.UNKNOWN


@pytest.mark.parametrize(
    "code", ["", "123", "12345678901", "12345\n", "\uff11\uff12\uff13\uff14\uff15\uff16", "' OR 1=1"]
)
def test_text_that_is_no_code_lets_nobody_in(gateway, phones, code):
    sid = phones.ask(ANA)
    assert gateway.check(sid=sid, to=ANA, code=code) in {CheckResult.WRONG_CODE, CheckResult.GONE}


def test_parallel_wrong_codes_cost_five_tries_and_let_no_one_in(gateway, phones):
    sid, wrong = phones.ask(ANA), phones.wrong_code(ANA)
    with ThreadPoolExecutor(20) as threads:
        results = list(threads.map(lambda _: gateway.check(sid=sid, to=ANA, code=wrong), range(20)))
    assert results.count(CheckResult.WRONG_CODE) == 5
    assert results.count(CheckResult.GONE) == 15


def test_threads_that_share_the_gateway_get_their_own_answers(gateway, verify):
    def sign_in(number):
        sent = gateway.start(number, Channel.SMS, "reference")
        code = verify.state.messages(number)[0].code
        return gateway.check(sid=sent.sid, to=number, code=code)

    numbers = [f"+1201555{line:04}" for line in range(1000, 1020)]
    with ThreadPoolExecutor(20) as threads:
        assert set(threads.map(sign_in, numbers)) == {CheckResult.APPROVED}


def test_one_right_code_at_once_from_many_phones_is_approved_once(gateway, phones):
    sid, code = phones.ask(ANA), phones.code(ANA)
    with ThreadPoolExecutor(20) as threads:
        results = list(threads.map(lambda _: gateway.check(sid=sid, to=ANA, code=code), range(20)))
    assert results.count(CheckResult.APPROVED) == 1


def test_the_log_names_the_failure_but_neither_number_nor_code_nor_sid(gateway, verify, phones):
    sid, code = phones.ask(ANA), phones.code(ANA)
    verify.state.order_faults([Fault(FaultKind.UNAVAILABLE)])
    with capture_logs() as logs:
        gateway.check(sid=sid, to=ANA, code=code)
    assert [(line["log_level"], line["failure"], line["code"]) for line in logs] == [("warning", "unknown", 20503)]
    assert not any(secret in str(logs) for secret in (sid, code, ANA))


def test_edge_region_and_proxy_of_the_environment_do_not_divert_the_emulator(verify, make_gateway, monkeypatch):
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{a_free_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert isinstance(make_gateway(verify.url).start(ANA, Channel.SMS, "reference"), Sent)
