"""Codes that are wrong, late, malformed, somebody else's, or approved by a false answer of Verify."""

from datetime import timedelta

import pytest

from idp.audit.models import Kind, LoginEvent
from idp.demo.verify_emulator.misbehaviour import Fault
from idp.login.models import LoginFlow
from idp.otp.models import Verification
from tests.hostile.authn_requests import BASE_URL
from tests.hostile.outcome import SIGN_IN
from tests.hostile.typing_codes import BEN, at_the_code, give, wrong, wrong_ones
from tests.phone import NUMBER


def checks(verify):
    return sum(calls for path, calls in verify.state.counters()["paths"].items() if "Check" in path)


def tries():
    return Verification.objects.get().tries


def test_a_wrong_code_is_rejected_with_a_message(outcome, phone):
    page = give(phone, at_the_code(phone), wrong(phone))
    outcome.error_page(page, 403)
    outcome.nothing_written(SIGN_IN)
    assert "That code isn't right." in page.text
    assert "3 tries left" in page.text


def test_after_a_wrong_code_the_right_one_still_signs_in(outcome, phone):
    page = give(phone, at_the_code(phone), wrong(phone))
    assert phone.arrive(give(phone, page, phone.code()))["signed_in"]


def test_the_right_code_is_rejected_after_four_wrong_ones(outcome, phone, verify):
    page = at_the_code(phone)
    for code in wrong_ones(phone, 4):
        last = give(phone, page, code)
    outcome.error_page(last, 429)
    page = give(phone, page, phone.code())
    outcome.error_page(page, 429)
    outcome.nothing_written(SIGN_IN)
    assert "paused" in page.text
    assert checks(verify) == 4


def test_the_pause_applies_in_every_browser_that_enters_the_number(outcome, phone):
    page = at_the_code(phone)
    for code in wrong_ones(phone, 4):
        give(phone, page, code)
    other = phone.like()
    outcome.error_page(other.ask_code(other.ask_flex()), 429)


def test_after_the_pause_a_new_code_signs_in(outcome, phone, clock, verify):
    page = at_the_code(phone)
    for code in wrong_ones(phone, 4):
        give(phone, page, code)
    clock.shift(timedelta(minutes=10, seconds=1))
    assert phone.sign_in()["signed_in"]


def test_a_code_expires_after_ten_minutes_by_latchkeys_clock(outcome, phone, verify, clock):
    page = at_the_code(phone)
    code = phone.code()
    verify.state.advance(-601)  # for Verify no time has passed
    clock.shift(timedelta(seconds=601))
    page = give(phone, page, code)
    outcome.error_page(page, 410)
    outcome.nothing_written(SIGN_IN)
    assert "expired" in page.text
    assert checks(verify) == 0


def test_a_code_is_accepted_just_before_ten_minutes(outcome, phone, clock):
    page = at_the_code(phone)
    clock.shift(timedelta(seconds=580))
    assert phone.arrive(give(phone, page, phone.code()))["signed_in"]


LIES = {
    "pending, though valid": {"status": "pending", "valid": True},
    "canceled": {"status": "canceled", "valid": True},
    "expired": {"status": "expired"},
    "failed": {"status": "failed"},
    "deleted": {"status": "deleted"},
    "used up": {"status": "max_attempts_reached"},
    "Approved": {"status": "Approved"},
    "approved and more": {"status": "approved "},
    "a status nobody knows": {"status": "verified"},
    "no status": {"status": None},
    "a list": {"status": ["approved"]},
    "another verification": {"sid": "VE" + "0" * 32},
    "no verification": {"sid": None},
    "another number": {"to": BEN},
    "no number": {"to": None},
}


@pytest.mark.parametrize("fields", LIES.values(), ids=LIES)
def test_only_an_approval_of_this_very_verification_counts(outcome, phone, verify, fields):
    page = at_the_code(phone)
    verify.state.order_faults([Fault.parse({"kind": "fields", "fields": fields})])
    page = give(phone, page, phone.code())
    assert page.status in {403, 429, 503}
    outcome.error_page(page, page.status)
    outcome.nothing_written(SIGN_IN)


def test_an_approval_counts_by_its_status_even_if_valid_is_false(outcome, phone, verify):
    page = at_the_code(phone)
    verify.state.order_faults([Fault.parse({"kind": "fields", "fields": {"valid": False}})])
    assert phone.arrive(give(phone, page, phone.code()))["signed_in"]


MALFORMED = {
    "a NUL": "12345\x00",  # first, because PostgreSQL stores none
    "nothing": "",
    "spaces": "   ",
    "letters": "12345O",
    "five digits": "12345",
    "seven digits": "1234567",
    "ten thousand digits": "1" * 10_000,
    "more than anybody types": "1" * 50_000,
    "a sign": "+12345",
    "a fraction": "123.45",
    "digits that are no decimals": "12345²",
    "markup": "<script>alert(1)</script>",
    "SQL": "' OR '1'='1",
}


@pytest.mark.parametrize("code", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_code_uses_neither_a_try_nor_a_call_to_verify(outcome, phone, verify, code):
    page = at_the_code(phone)
    outcome.start()
    page = give(phone, page, code)
    outcome.error_page(page, 400)
    outcome.nothing_written()
    assert (tries(), checks(verify)) == (0, 0)
    assert "<script>alert" not in page.response.text


@pytest.mark.parametrize("field", ["code[]", "code.0", "Code", "otp"])
def test_a_code_in_another_form_field_is_ignored(outcome, phone, verify, field):
    page = at_the_code(phone)
    form = {name: value for name, value in page.form_with("code").form_values() if name != "code"}
    phone.http.post(page.url, data={**form, field: phone.code()})
    outcome.nothing_written(SIGN_IN)
    assert checks(verify) == 0


def test_a_code_in_arabic_digits_is_accepted(outcome, phone):
    page = at_the_code(phone)
    arabic = "".join(chr(0x0660 + int(digit)) for digit in phone.code())
    assert phone.arrive(give(phone, page, arabic))["signed_in"]


def test_the_code_of_one_agent_does_not_sign_in_another(outcome, phone):
    anas = at_the_code(phone)
    other = phone.like()
    bens = at_the_code(other, BEN)
    assert phone.code(NUMBER) != phone.code(BEN)
    outcome.error_page(give(phone, anas, phone.code(BEN)), 403)
    outcome.error_page(give(other, bens, phone.code(NUMBER)), 403)
    outcome.nothing_written(SIGN_IN)


def test_a_code_counts_only_for_the_sign_in_that_requested_it(outcome, phone, verify):
    page = phone.ask_flex()
    at_the_code(phone.like())
    form = dict(page.form_with("identifier").form_values())
    page = type(page)(phone.http.post(page.url, data={**form, "code": phone.code()}))
    assert page.form_with("identifier") is not None
    assert checks(verify) == 0
    outcome.nothing_written(SIGN_IN)


def test_form_fields_that_name_another_agent_or_verification_are_ignored(outcome, phone):
    other = phone.like()
    at_the_code(other, BEN)
    bens = Verification.objects.get(authenticator__number=BEN)
    page = at_the_code(phone)
    claims = {"sid": bens.sid, "verification": bens.pk, "to": BEN, "agent": bens.authenticator.user_id}
    steps = {"step": "finish", "finished_at": "2026-11-21", "method": "code", "needs_code": "0"}
    outcome.error_page(give(phone, page, phone.code(BEN), **claims, **steps), 403)
    assert phone.arrive(give(phone, page, phone.code(), **claims))["attributes"]["email"] == ["ana@acme.example"]


def test_a_used_code_signs_nobody_in_again(outcome, phone):
    phone.sign_in()
    used, other = phone.code(), phone.like()
    page = at_the_code(other)
    outcome.start()
    outcome.error_page(give(other, page, used), 403)
    outcome.nothing_written(SIGN_IN)


def test_an_agent_who_is_switched_off_learns_it_only_after_the_right_code(outcome, phone):
    off = "+12015550111"
    page = at_the_code(phone, off)
    outcome.error_page(give(phone, page, wrong(phone, off)), 403)
    page = give(phone, page, phone.code(off))
    outcome.error_page(page, 403)
    outcome.nothing_written(SIGN_IN)
    assert LoginEvent.objects.filter(kind=Kind.SWITCHED_OFF).count() == 1


NOT_YET = {
    "the answer": "/saml/respond/{}",
    "the answer, in a hurry": "/saml/respond/{}?finished=1&agent=ana@acme.example",
}


@pytest.mark.parametrize("target", NOT_YET.values(), ids=NOT_YET)
def test_no_step_can_be_skipped(outcome, phone, target):
    page = at_the_code(phone)
    flow = LoginFlow.objects.get()
    page = phone.open(BASE_URL + target.format(flow.pk))
    assert page.form_with("code") is not None
    outcome.nothing_written(SIGN_IN)


@pytest.mark.parametrize("fields", [{"again": "sms"}, {"again": "pigeon"}, {"again": ""}, {"change": "number"}, {}])
def test_steps_out_of_order_lead_back_to_the_first_page(outcome, phone, fields):
    page = phone.ask_flex()
    token = page.form_with("identifier").fields["csrfmiddlewaretoken"]
    page = type(page)(phone.http.post(page.url, data={"csrfmiddlewaretoken": token, **fields}))
    assert page.status == 200
    assert page.form_with("identifier") is not None
    assert Verification.objects.count() == 0


ODD_NUMBERS = {
    "a NUL": "+1201555\x000101",  # first, because PostgreSQL stores none
    "nothing": "",
    "letters": "call me",
    "too short": "+1201",
    "too long": "+1201555010155555555",
    "no country": "2015550101",
    "a country nobody has": "+999 2015550101",
    "half an email": "ana@",
    "two at signs": "ana@acme@example.com",
    "a new line and a header": "ana@acme.example\r\nBcc: x@evil.example",
    "a thousand digits": "+" + "1" * 1001,
    "markup": "<script>alert(1)</script>",
}


@pytest.mark.parametrize("typed", ODD_NUMBERS.values(), ids=ODD_NUMBERS)
def test_text_that_is_no_number_is_rejected_before_any_lookup(outcome, phone, verify, typed):
    page = phone.ask_flex()
    outcome.start()
    page = phone.ask_code(page, typed)
    outcome.error_page(page, 400)
    outcome.nothing_written()
    assert not verify.state.counters()["numbers"]
    assert "<script>alert" not in page.response.text
