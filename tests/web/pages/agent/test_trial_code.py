"""The page of test codes: what it costs, what came of it in words, and what the agent reads out."""

from decimal import Decimal

import pytest

from idp.audit.models import Kind, LoginEvent
from idp.otp.models import PhoneAuthenticator, VerificationSend
from tests.phone import NUMBER
from tests.web.pages.agent.agent_page import a_looker, url, words
from tests.web.pressing import press
from tests.web.seeded import a_service
from tests.web.sign_in_checks.browser_at_flex import BrowserAtFlex

SEND, READ = "Send Ana García a test text", "Check the code"

pytestmark = pytest.mark.usefixtures("transactional_db", "verify")


def sent(admin, agent):
    return press(admin, admin.get(url(agent, "test-code")), SEND)


def kinds():
    return list(LoginEvent.objects.order_by("pk").values_list("kind", flat=True))


def test_the_cost_is_shown_before_the_button(admin, agent, settings):
    assert "To see how much, set LATCHKEY_PRICES." in words(admin.get(url(agent, "test-code")))
    prices = {"sms": Decimal("0.0079"), "approved": Decimal("0.05")}
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"prices": prices})
    assert "A text costs about 0.0579 once the code is read out" in words(admin.get(url(agent, "test-code")))


def test_the_agent_reads_the_code_and_the_page_says_that_it_arrived(admin, agent, verify):
    page = sent(admin, agent)
    assert "Twilio has accepted it." in words(page)
    page = press(admin, page, READ, code="12345")
    assert "The code has 6 digits. You entered 5." in words(page)
    page = press(admin, page, READ, code="000000")
    assert "That is not the code." in words(page)
    page = press(admin, page, READ, code=verify.state.messages(NUMBER)[0].code)
    assert "That is right: codes reach Ana García. The code is used up and signed nobody in." in words(page)
    assert kinds() == [Kind.TEST_SENT, Kind.TEST_WRONG, Kind.TEST_ARRIVED]


def test_a_refusal_by_twilio_is_explained_with_what_to_do(admin, agent):
    PhoneAuthenticator.objects.update(number="+12015550190")
    page = words(sent(admin, agent))
    assert "This is a landline" in page
    assert "Check what Ana García reads" not in page
    assert kinds() == [Kind.TEST_NOT_SENT]
    assert "A test code could not be sent (text: landline (60205)" in words(admin.get(url(agent, "timeline")))


def test_a_fourth_code_has_to_wait_and_one_without_an_answer_is_named_as_such(admin, agent):
    for _ in range(4):
        page = sent(admin, agent)
    assert "This number had three test codes within the last hour." in words(page)
    VerificationSend.objects.update(answer="")
    assert "Twilio has not answered." in words(admin.get(url(agent, "test-code")))


def test_the_code_that_the_agent_reads_out_signs_nobody_in(admin, agent, verify):
    a_service(unsolicited=True)
    sent(admin, agent)
    heard = verify.state.messages(NUMBER)[0].code
    assert BrowserAtFlex(verify).opens_flex(code=heard) == "403"
    assert BrowserAtFlex(verify).opens_flex(code=verify.state.messages(NUMBER)[0].code) == "in"


def test_without_a_test_code_no_digits_are_checked(admin, agent):
    page = admin.post(url(agent, "test-code"), {"code": "123456"}, follow=True)
    assert "There is no test code to check. Send one first." in words(page)
    assert "no mobile number" in words(admin.get(url(_without_number(agent), "test-code")))


def _without_number(agent):
    agent.numbers.all().delete()
    return agent


def test_an_operator_who_may_only_look_sends_no_test_code(agent):
    assert a_looker().post(url(agent, "test-code"), {"send": "sms"}).status_code == 403
