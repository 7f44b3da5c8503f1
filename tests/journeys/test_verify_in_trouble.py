"""When codes do not come: nobody gets in, nobody who is signed in is put out."""

import pytest
import requests

from idp.agents.models import Device
from idp.audit.models import LoginEvent
from idp.login import sending
from idp.otp.models import VerificationSend

TROUBLES = [f"+1201555019{digit}" for digit in range(10)]


def order(verify, kind, calls=1, **more):
    requests.post(f"{verify.url}/control", json={"faults": [{"kind": kind, "calls": calls, **more}]}, timeout=5)


@pytest.mark.parametrize("number", TROUBLES)
def test_every_troubled_number_sees_the_same_page_and_nobody_gets_in(phone, number):
    page = phone.ask_code(phone.ask_flex(), number)
    assert (page.status, page.heading) == (200, "Enter the code")
    page = phone.submit(page, "code", code="000000")
    assert page.form_with("SAMLResponse") is None
    assert Device.objects.count() == 0


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("+12015550190", "refused number (60205)"),
        ("+12015550191", "too many sends (60203)"),
        ("+12015550198", "misconfigured (20003)"),
    ],
)
def test_what_twilio_said_stands_in_the_trail_and_not_on_the_page(phone, number, answer):
    page = phone.ask_code(phone.ask_flex(), number)
    sending.settle()
    assert VerificationSend.objects.get().answer == answer
    assert answer in LoginEvent.objects.get(kind="code not sent").detail
    assert answer not in page.text


@pytest.mark.parametrize("kind", ["503", "html", "truncated", "drop"])
def test_a_check_that_fails_signs_nobody_in(phone, verify, kind):
    page = phone.ask_code(phone.ask_flex())
    code = phone.code()
    sending.settle()
    order(verify, kind, calls=9, processed=False)
    page = phone.submit(page, "code", code=code)
    assert page.status in {403, 503}
    assert page.form_with("SAMLResponse") is None
    assert Device.objects.count() == 0


def test_a_landline_can_be_called(phone, clock):
    number = "+12015550190"
    page = phone.ask_code(phone.ask_flex(), number)
    clock.shift(31)
    page = phone.submit(page, "again", again="call")
    assert phone.submit(page, "code", code=phone.code(number)).form_with("SAMLResponse") is not None


def test_while_verify_is_down_phones_that_are_signed_in_go_on(phone, verify, clock):
    phone.sign_in()
    order(verify, "503", calls=99)
    clock.shift(3600 * 5)
    assert phone.sign_in_silently()["signed_in"]


DOWN = "We can't send codes right now."


def pull_down(phone, verify):
    """Verify fails until further notice, and five people found out."""
    order(verify, "503", calls=999)
    for digit in range(1, 6):
        someone = phone.like()
        someone.ask_code(someone.ask_flex(), f"+1201555010{digit}")
    sending.settle()


def test_once_verify_is_known_to_be_down_everybody_is_told_before_and_after_asking(phone, verify, clock):
    pull_down(phone, verify)
    for number in ("+12015550106", "+12015550177"):
        someone = phone.like()
        page = someone.ask_flex()
        assert DOWN in page.text
        asked = someone.ask_code(page, number)
        assert (asked.status, DOWN in asked.text) == (503, True)


def test_nothing_is_reserved_while_verify_is_down(phone, verify, clock):
    pull_down(phone, verify)
    before = VerificationSend.objects.count()
    page = phone.ask_code(phone.ask_flex(), "+12015550106")
    assert (page.status, VerificationSend.objects.count()) == (503, before)
    assert page.form_with("identifier").fields["identifier"] == "+1 201-555-0106"


def test_verify_is_tried_again_and_people_go_on_when_it_answers(phone, verify, clock):
    pull_down(phone, verify)
    verify.state.reset()
    clock.shift(16)
    phone.ask_flex()
    sending.settle()
    assert phone.sign_in("+12015550106")["signed_in"]


def test_a_code_typed_while_verify_is_down_is_told_alike_for_known_and_unknown(phone, verify, clock):
    known, unknown = phone.like(), phone.like()
    pages = [known.ask_code(known.ask_flex()), unknown.ask_code(unknown.ask_flex(), "+12015550177")]
    sending.settle()
    order(verify, "503", calls=999)
    answers = [who.submit(page, "code", code="000000") for who, page in zip((known, unknown), pages, strict=True)]
    assert [it.status for it in answers] == [503, 503]
    assert "We could not check that code just now." in answers[1].text
