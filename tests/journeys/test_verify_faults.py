"""Codes do not arrive: nobody new is signed in, and nobody is signed out."""

import pytest

from idp import background
from idp.agents.models import Device
from idp.audit.models import LoginEvent
from idp.clock import now
from idp.login.codes import sending
from idp.login.models import LoginFlow
from idp.otp import checks
from idp.otp.checks import Checked
from idp.otp.limits.asker import Asker
from idp.otp.models import Verification, VerificationSend
from idp.web.trail import words
from tests.hostile.typing_codes import wrong
from tests.journeys.verify_faults import order_fault, take_verify_down

pytestmark = pytest.mark.any_database

DOWN = "We can't send codes right now."
NO_LONGER = "That code isn't right, or no longer works. Choose Text me again for a new one."
NEWEST, SAME = "Use the newest code.", "It is the same code"
TROUBLES = [f"+1201555019{digit}" for digit in range(10)]


@pytest.mark.parametrize("number", TROUBLES)
def test_every_number_that_verify_refuses_sees_the_same_page_and_signs_nobody_in(phone, number):
    page = phone.ask_code(phone.ask_flex(), number)
    assert (page.status, page.heading) == (200, "Enter the code")
    page = phone.submit(page, "code", code="000000")
    assert page.form_with("SAMLResponse") is None
    assert Device.objects.count() == 0


@pytest.mark.parametrize(
    ("line", "answer", "advice"),
    [
        ("0190", "landline (60205)", "This is a landline"),
        ("0191", "too many sends (60203)", "used its five sends"),
        ("0192", "blocked by Fraud Guard (60410)", "Twilio's safe list"),
        ("0193", "sent", ""),
        ("0194", "sent", ""),
        ("0195", "unavailable (20503)", "Look at status.twilio.com"),
        ("0196", "refused number (60200)", "refuses this number for this channel"),
        ("0197", "sent", ""),
        ("0198", "misconfigured (20003)", "rejects the credentials"),
        ("0199", "unexplained refusal (60999)", "an unknown error number"),
    ],
)
def test_operators_read_twilios_error_and_its_remedy_and_agents_do_not(phone, line, answer, advice):
    page = phone.ask_code(phone.ask_flex(), f"+1201555{line}")
    background.settle()
    event = LoginEvent.objects.get(kind="code sent" if answer == "sent" else "code not sent")
    assert event.detail == f"sms: {answer}"
    assert advice in words.advice(event)
    told = words.send(VerificationSend.objects.get())
    assert (answer in told, advice in told) == (True, True)
    assert f"sms: {answer}" not in page.text
    assert advice not in page.text or not advice


@pytest.mark.parametrize(
    ("line", "status", "sentence"),
    [
        ("0193", 403, "That code isn't right. 3 tries left."),
        ("0194", 403, "That code isn't right. 3 tries left."),
        ("0197", 429, "Too many tries"),
    ],
)
def test_a_failed_check_is_explained_on_the_page(phone, line, status, sentence):
    page = phone.ask_code(phone.ask_flex(), f"+1201555{line}")
    background.settle()
    page = phone.submit(page, "code", code="000000")
    assert (page.status, sentence in page.text) == (status, True)


def test_a_late_text_still_signs_its_agent_in(phone, verify):
    number = "+12015550193"
    page = phone.ask_code(phone.ask_flex(), number)
    background.settle()
    assert phone.messages(number) == 0
    verify.state.advance(20)
    assert phone.arrive(phone.submit(page, "code", code=phone.code(number)))["signed_in"]


def test_a_text_that_is_faster_than_twilios_acknowledgement_signs_its_agent_in(phone, verify):
    order_fault(verify, "slow", seconds=3)
    page = phone.submit(phone.ask_code(phone.ask_flex()), "code", code=phone.code())
    assert Verification.objects.get().sid == ""
    assert phone.arrive(page)["signed_in"]


def test_a_number_without_texts_or_checks_can_use_the_other_channel(phone, clock):
    number = "+12015550196"
    page = phone.ask_code(phone.ask_flex(), number)
    clock.shift(31)
    page = phone.submit(page, "again", again="call")
    assert phone.arrive(phone.submit(page, "code", code=phone.code(number)))["signed_in"]


def test_wrong_credentials_pause_all_texts_until_verify_answers_again(phone, verify, clock):
    phone.ask_code(phone.ask_flex(), "+12015550198")
    background.settle()
    someone = phone.like()
    assert DOWN in someone.ask_flex().text
    clock.shift(16)
    someone.ask_flex()
    background.settle()
    assert DOWN not in phone.like().ask_flex().text


def test_one_failed_check_does_not_report_texts_as_failing(phone, verify):
    page = phone.ask_code(phone.ask_flex())
    background.settle()
    order_fault(verify, "503", processed=False)
    page = phone.submit(page, "code", code="000000")
    assert (page.status, "We could not check that code" in page.text, DOWN in page.text) == (503, True, False)


@pytest.mark.parametrize("kind", ["503", "html", "truncated", "drop"])
def test_a_failed_check_signs_nobody_in(phone, verify, kind):
    page = phone.ask_code(phone.ask_flex())
    code = phone.code()
    background.settle()
    order_fault(verify, kind, calls=9, processed=False)
    page = phone.submit(page, "code", code=code)
    assert page.status in {403, 503}
    assert page.form_with("SAMLResponse") is None
    assert Device.objects.count() == 0


@pytest.mark.parametrize("kind", ["drop", "truncated"])
def test_a_right_code_whose_approval_got_lost_is_not_called_wrong_and_the_next_one_signs_in(phone, verify, clock, kind):
    page = phone.ask_code(phone.ask_flex())
    code = phone.code()
    background.settle()
    order_fault(verify, kind)
    page = phone.submit(page, "code", code=code)
    assert (page.status, "We could not check that code." in page.text) == (503, True)
    page = phone.submit(page, "code", code=code)
    assert (page.status, NO_LONGER in page.text) == (403, True)
    clock.shift(31)
    page = phone.submit(page, "again", again="sms")
    assert (NEWEST in page.text, SAME in page.text) == (True, False)
    assert phone.arrive(phone.submit(page, "code", code=phone.code(after=1)))["signed_in"]


def test_a_right_code_whose_process_was_killed_before_it_could_note_that_is_not_called_wrong(phone):
    page = phone.ask_code(phone.ask_flex())
    code, flow = phone.code(), LoginFlow.objects.get()
    background.settle()
    flow.verification.refresh_from_db()
    approved = checks.check(flow.verification, code, Asker(None, None), sending.gateway(), now(), login=flow.pk)
    assert (approved, NO_LONGER in phone.submit(page, "code", code=code).text) == (Checked.APPROVED, True)


def test_after_a_wrong_code_that_was_checked_the_text_sent_again_has_the_same_code(phone, verify, clock):
    page = phone.ask_code(phone.ask_flex())
    phone.code()
    page = phone.submit(page, "code", code=wrong(phone))
    assert (NO_LONGER in page.text, "That code isn't right." in page.text) == (False, True)
    clock.shift(31)
    page = phone.submit(page, "again", again="sms")
    assert (NEWEST in page.text, SAME in page.text) == (False, True)


def test_a_landline_can_be_called(phone, clock):
    number = "+12015550190"
    page = phone.ask_code(phone.ask_flex(), number)
    clock.shift(31)
    page = phone.submit(page, "again", again="call")
    assert phone.submit(page, "code", code=phone.code(number)).form_with("SAMLResponse") is not None


def test_during_an_outage_of_verify_signed_in_phones_continue(phone, verify, clock):
    phone.sign_in()
    order_fault(verify, "503", calls=99)
    clock.shift(3600 * 5)
    assert phone.sign_in_silently()["signed_in"]


def test_during_an_outage_of_verify_the_page_says_so_before_and_after_a_request(phone, verify, clock):
    take_verify_down(phone, verify)
    for number in ("+12015550106", "+12015550177"):
        someone = phone.like()
        page = someone.ask_flex()
        assert DOWN in page.text
        asked = someone.ask_code(page, number)
        assert (asked.status, DOWN in asked.text) == (503, True)


def test_no_send_is_counted_during_an_outage_of_verify(phone, verify, clock):
    take_verify_down(phone, verify)
    before = VerificationSend.objects.count()
    page = phone.ask_code(phone.ask_flex(), "+12015550106")
    assert (page.status, VerificationSend.objects.count()) == (503, before)
    assert page.form_with("identifier").fields["identifier"] == "+1 201-555-0106"


def test_verify_is_tried_again_and_agents_sign_in_once_it_answers(phone, verify, clock):
    take_verify_down(phone, verify)
    verify.state.reset()
    clock.shift(16)
    phone.ask_flex()
    background.settle()
    assert phone.sign_in("+12015550106")["signed_in"]


def test_a_code_typed_during_an_outage_gets_the_same_page_for_known_and_unknown_numbers(phone, verify, clock):
    known, unknown = phone.like(), phone.like()
    pages = [known.ask_code(known.ask_flex()), unknown.ask_code(unknown.ask_flex(), "+12015550177")]
    background.settle()
    order_fault(verify, "503", calls=999)
    answers = [who.submit(page, "code", code="000000") for who, page in zip((known, unknown), pages, strict=True)]
    assert [it.status for it in answers] == [503, 503]
    assert "We could not check that code." in answers[1].text
