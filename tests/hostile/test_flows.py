"""Sign-ins that have ended, are lost, belong to somebody else, or are finished twice."""

import uuid
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import OperationalError

from idp import background
from idp.agents.models import Agent, Device
from idp.audit.models import Kind, LoginEvent
from idp.keys.models import SigningKey
from idp.login.models import LoginFlow
from idp.saml.models import IssuedAssertion, SubjectName
from idp.saml.names import REQUEST_DENIED
from tests.hostile.authn_requests import BASE_URL, link
from tests.hostile.outcome import SIGN_IN
from tests.hostile.responses import response_on
from tests.hostile.typing_codes import at_the_code, give, wrong
from tests.phone import NUMBER, Page

FORMS = [{"identifier": "+12015550101"}, {"code": "123456"}, {"again": "sms"}, {"change": "number"}]
PAGES = ["/login/{}", "/saml/respond/{}"]


def drop_flow_cookies(phone):
    for cookie in [it for it in phone.http.cookies if it.name.startswith("latchkey-flow-")]:
        phone.http.cookies.clear(cookie.domain, cookie.path, cookie.name)


def post(phone, page, **data):
    """Send the form of a page, wherever it may lead by now."""
    token = page.html.forms[0].fields["csrfmiddlewaretoken"]
    return Page(phone.http.post(page.url, data={"csrfmiddlewaretoken": token, **data}))


def flow_page(page):
    """The same flow at its other address."""
    return page.url.replace("/login/", "/saml/respond/")


@pytest.mark.parametrize("target", PAGES)
def test_an_unknown_flow_gets_the_page_of_an_expired_one(outcome, phone, target):
    outcome.refused(phone.open(BASE_URL + target.format(uuid.uuid4())), 410, "flow_expired")


@pytest.mark.parametrize("name", ["1", "%00", "'; DROP TABLE login_loginflow; --", "0" * 32])
def test_an_address_with_a_malformed_flow_is_not_found(outcome, phone, name):
    for target in (*PAGES, "/login/{}/"):
        outcome.refused(phone.open(BASE_URL + target.format(name)), 404, "not_found")


@pytest.mark.parametrize("data", FORMS)
def test_an_expired_flow_accepts_no_form(outcome, phone, clock, verify, data):
    page = at_the_code(phone)
    clock.shift(timedelta(minutes=20, seconds=1))
    outcome.start()
    calls = verify.state.counters()
    outcome.refused(post(phone, page, **data), 410, "flow_expired")
    assert verify.state.counters() == calls


def test_an_expired_flow_gets_no_page_and_no_response(outcome, phone, clock):
    page = at_the_code(phone)
    clock.shift(timedelta(minutes=20, seconds=1))
    outcome.start()
    outcome.refused(phone.open(page.url), 410, "flow_expired")
    outcome.refused(phone.open(flow_page(page)), 410, "flow_expired")


def test_a_finished_flow_gets_no_response_after_it_expires(outcome, phone, clock):
    page = at_the_code(phone)
    form = dict(page.form_with("code").form_values())
    phone.http.post(page.url, data={**form, "code": phone.code()}, allow_redirects=False)
    clock.shift(timedelta(minutes=20, seconds=1))
    outcome.start()
    outcome.refused(phone.open(flow_page(page)), 410, "flow_expired")


def test_a_flow_works_until_it_expires(outcome, phone, clock):
    page = phone.ask_flex()
    clock.shift(timedelta(minutes=19, seconds=30))
    assert phone.open(page.url).form_with("identifier") is not None


@pytest.mark.parametrize("data", FORMS)
def test_a_flow_without_its_cookie_accepts_no_form(outcome, phone, verify, data):
    page = at_the_code(phone)
    drop_flow_cookies(phone)
    outcome.start()
    calls = verify.state.counters()
    outcome.refused(post(phone, page, **data), 400, "cookie_lost")
    assert verify.state.counters() == calls


def test_another_browser_cannot_open_a_flow(outcome, phone):
    page = at_the_code(phone)
    outcome.start()
    stranger = phone.like()
    outcome.refused(stranger.open(page.url), 400, "cookie_lost")
    outcome.refused(stranger.open(flow_page(page)), 400, "cookie_lost")


def test_the_cookie_of_one_flow_does_not_open_another(outcome, phone):
    page, other = at_the_code(phone), phone.like()
    other.ask_flex()
    (cookie,) = [it for it in other.http.cookies if it.name.startswith("latchkey-flow-")]
    flow = LoginFlow.objects.order_by("begun_at").first()
    other.http.cookies.set(f"latchkey-flow-{flow.pk}", cookie.value, domain=cookie.domain)
    outcome.start()
    outcome.refused(other.open(page.url), 400, "cookie_lost")


def test_the_same_page_still_works_in_its_own_browser(outcome, phone):
    page = at_the_code(phone)
    phone.like().open(page.url)
    assert phone.arrive(give(phone, phone.open(page.url), phone.code()))["signed_in"]


def test_a_finished_sign_in_cannot_be_fetched_by_another_browser(outcome, phone):
    page = at_the_code(phone)
    form = dict(page.form_with("code").form_values())
    phone.http.post(page.url, data={**form, "code": phone.code()}, allow_redirects=False)
    outcome.start()
    outcome.refused(phone.like().open(flow_page(page)), 400, "cookie_lost")
    assert phone.arrive(phone.open(flow_page(page)))["signed_in"]


def test_a_double_tap_on_send_sends_one_text(outcome, phone):
    page = phone.ask_flex()
    pages = [phone.ask_code(page), phone.ask_code(page)]
    background.settle()
    assert [it.heading for it in pages] == ["Enter the code", "Enter the code"]
    assert phone.messages() == 1


def test_a_double_tap_on_the_code_gives_one_sign_in(outcome, phone):
    page = at_the_code(phone)
    form = {**dict(page.form_with("code").form_values()), "code": phone.code()}
    taps = [phone.http.post(page.url, data=form, allow_redirects=False) for _ in range(2)]
    assert [it.headers["Location"] for it in taps] == [f"/saml/respond/{LoginFlow.objects.get().pk}"] * 2
    assert phone.arrive(phone.open(flow_page(page)))["signed_in"]
    assert (Device.objects.count(), IssuedAssertion.objects.count()) == (1, 1)


def test_a_sign_in_is_answered_once(outcome, phone):
    page = at_the_code(phone)
    answered = give(phone, page, phone.code())
    outcome.start()
    outcome.refused(phone.open(answered.url), 200, "already_answered")
    outcome.refused(phone.open(page.url), 200, "already_answered")
    outcome.error_page(give(phone, page, phone.code()), 200)
    outcome.nothing_written(SIGN_IN)
    assert phone.arrive(answered)["signed_in"]


def test_reload_and_back_work_until_the_response(outcome, phone):
    first = phone.ask_flex()
    page = at_the_code(phone)
    assert phone.open(first.url).form_with("identifier") is not None
    assert phone.open(page.url).form_with("code") is not None
    assert phone.arrive(give(phone, phone.open(page.url), phone.code()))["signed_in"]


def test_an_answered_request_begins_no_second_sign_in(outcome, phone):
    address = link()
    page = phone.ask_code(phone.open(address))
    give(phone, page, phone.code())
    outcome.start()
    outcome.refused(phone.open(address), 200, "already_answered")
    outcome.refused(phone.like().open(address), 200, "already_answered")


def test_one_request_opened_twice_is_answered_once(outcome, phone):
    address, other = link(), phone.like()
    pages = [phone.open(address), other.open(address)]
    give(phone, phone.ask_code(pages[0]), phone.code())
    before = phone.messages()
    page = other.ask_code(pages[1])
    page = give(other, page, other.code(after=before))
    outcome.error_page(page, 200)
    assert "already" in page.heading
    assert IssuedAssertion.objects.count() == 1


def test_two_tabs_each_answer_their_own_request(outcome, phone):
    tabs = [phone.open(link(ID="_first")), phone.open(link(ID="_second"))]
    answers = [give(phone, phone.ask_code(tabs[0]), phone.code()), phone.open(tabs[1].url)]
    assert [response_on(page).in_response_to for page in answers] == ["_first", "_second"]


def test_an_agent_who_cancels_goes_back_without_an_assertion_and_cannot_return(outcome, phone):
    page = at_the_code(phone)
    token = page.html.forms[0].fields["csrfmiddlewaretoken"]
    back = Page(phone.http.post(flow_page(page), data={"csrfmiddlewaretoken": token}))
    assert response_on(back).status[1] == REQUEST_DENIED
    assert response_on(back).assertions == 0
    outcome.start()
    outcome.refused(give(phone, page, phone.code()), 410, "flow_expired")
    assert LoginEvent.objects.filter(kind=Kind.DECLINED).count() == 1


def test_an_agent_can_cancel_again_if_latchkey_was_too_busy(phone, monkeypatch):
    page = at_the_code(phone)
    data = {"csrfmiddlewaretoken": page.html.forms[0].fields["csrfmiddlewaretoken"]}
    with monkeypatch.context() as busy:
        busy.setattr("idp.saml.views.events.record", Mock(side_effect=OperationalError("deadlock detected")))
        assert phone.http.post(flow_page(page), data=data).status_code == 503
    assert response_on(Page(phone.http.post(flow_page(page), data=data))).status[1] == REQUEST_DENIED


def test_an_agent_who_signed_in_cannot_cancel_any_more(outcome, phone):
    page = at_the_code(phone)
    give(phone, page, phone.code())
    token = page.html.forms[0].fields["csrfmiddlewaretoken"]
    outcome.start()
    again = Page(phone.http.post(flow_page(page), data={"csrfmiddlewaretoken": token}))
    outcome.refused(again, 200, "already_answered")


def test_an_unreadable_key_leaves_no_partial_write(outcome, phone):
    page = at_the_code(phone)
    SigningKey.objects.update(private_key="no key at all")
    outcome.error_page(give(phone, page, phone.code()), 503)
    outcome.nothing_written(SIGN_IN)


def name_that_no_answer_holds():
    SubjectName.objects.create(agent=Agent.objects.get(email="ana@acme.example"), value=" ana")


def test_after_a_repaired_fault_the_same_sign_in_continues(outcome, phone):
    page = at_the_code(phone)
    name_that_no_answer_holds()
    broken = give(phone, page, phone.code())
    assert "our fault" in broken.text
    outcome.error_page(broken, 500)
    assert LoginFlow.objects.get().claimed_at is None
    outcome.nothing_written([IssuedAssertion])
    SubjectName.objects.update(value="ana")
    assert phone.arrive(phone.open(broken.url))["signed_in"]


def test_the_log_entry_of_a_fault_holds_no_secret(outcome, phone):
    page = at_the_code(phone)
    name_that_no_answer_holds()
    broken = give(phone, page, phone.code())
    (line,) = outcome.log.lines(broken.reference, "unexpected")
    assert "frames" in str(line)
    secrets = [phone.code(), NUMBER, *phone.http.cookies.get_dict().values()]
    assert [it for it in secrets if it in outcome.log.text] == []


def test_an_exception_outside_of_any_view_is_logged_with_its_reference(outcome, phone, settings):
    settings.CSRF_FAILURE_VIEW = "idp.web.error_views.no_such_view"
    page = Page(phone.http.post(f"{BASE_URL}/login/{uuid.uuid4()}"))
    assert page.status == 500
    assert "our fault" in page.text
    assert outcome.log.lines(page.reference, "unexpected")
    outcome.nothing_written()


def test_a_wrong_code_leaves_the_flow_as_it_was(outcome, phone):
    page = at_the_code(phone)
    before = LoginFlow.objects.values().get()
    give(phone, page, wrong(phone))
    assert LoginFlow.objects.values().get() == before


@pytest.mark.parametrize("elsewhere", ["/oauth/respond/", "/me/sign-in/"])
def test_a_finished_flow_is_answered_by_its_own_protocol_alone(outcome, phone, elsewhere):
    page = at_the_code(phone)
    form = dict(page.form_with("code").form_values())
    phone.http.post(page.url, data={**form, "code": phone.code()}, allow_redirects=False)
    outcome.start()
    outcome.refused(phone.open(page.url.replace("/login/", elsewhere)), 410, "flow_expired")
    assert response_on(phone.open(flow_page(page)))
