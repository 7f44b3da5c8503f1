"""Signing out at a service: what ends, which services are told, and what the service is answered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from idp import background
from idp.audit.models import Kind, LoginEvent
from idp.saml import names
from idp.saml.models import LogoutNotice, ServiceProvider
from idp.saml.models.logout import Outcome
from idp.sessions.models import SsoSession
from tests.journeys.visits import get_without_redirect, service_asks_for_a_code
from tests.pretend_service import SLO, PretendService, statuses

pytestmark = pytest.mark.usefixtures("everything_is_told")
POST_ONLY = (names.HTTP_POST,)
ASYNCHRONOUS = (
    f'<samlp:Extensions><a:Asynchronous xmlns:a="{names.ASYNC_LOGOUT}"/></samlp:Extensions>'  # Async SLO extension 1.0
)
STRANGER = "nobody-we-know"


def test_signing_out_at_a_service_ends_the_session_and_gets_a_response(clock, phone, shifts):
    told = shifts.sign_in(phone)
    answer, relay_state = shifts.read_address(
        get_without_redirect(phone, shifts.logout_url(told, "over & out", ID="_bye")).headers["Location"]
    )
    assert statuses(answer) == [names.SUCCESS]
    assert (answer.get("InResponseTo"), answer.get("Destination"), relay_state) == ("_bye", shifts.slo, "over & out")
    assert not SsoSession.objects.filter(ended_at__isnull=True).exists()
    assert service_asks_for_a_code(phone, shifts)


def test_a_logout_request_that_is_posted_signs_out(clock, phone):
    shifts = PretendService("shifts", logout=POST_ONLY)
    told = shifts.sign_in(phone)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    phone.http.post(SLO, shifts.logout_body(told), headers=form, timeout=30)
    assert service_asks_for_a_code(phone, shifts)


def test_a_service_that_takes_responses_by_post_gets_one_with_an_enveloped_signature(clock, phone):
    shifts = PretendService("shifts", logout=POST_ONLY)
    told = shifts.sign_in(phone)
    answer, relay_state = shifts.read_form(phone.open(shifts.logout_url(told, "back")))
    assert (statuses(answer), relay_state) == ([names.SUCCESS], "back")


def test_if_a_service_ends_only_the_session_the_phone_stays_known(clock, phone, desktop):
    shifts = PretendService("shifts", logout_ends="session")
    before, on_desktop = shifts.sign_in(phone), shifts.sign_in(desktop)
    get_without_redirect(phone, shifts.logout_url(before))
    assert SsoSession.objects.get(ended_at__isnull=True).index == on_desktop.session_index
    after = shifts.sign_in(phone)
    assert after.session_index != before.session_index
    assert after.authn_context == names.PREVIOUS_SESSION
    assert LoginEvent.objects.get(kind=Kind.DEVICE_ENDED).detail == "its session, signed out by the agent (at Shifts)"


def test_the_trail_names_only_devices_whose_session_a_service_really_ended(clock, phone, desktop):
    shifts = PretendService("shifts", logout_ends="session")
    on_phone, on_desktop = shifts.sign_in(phone), shifts.sign_in(desktop)
    for told, index in ((on_desktop, on_desktop.session_index), (on_phone, None)):
        get_without_redirect(phone, shifts.logout_url(told, index=index))
    ended = LoginEvent.objects.filter(kind=Kind.DEVICE_ENDED).values_list("device__kind", flat=True).order_by("pk")
    assert list(ended) == ["desktop", "mobile"]


def test_the_other_services_are_notified_in_turn_and_then_the_first_gets_its_response(clock, phone, shifts, wiki):
    at_rota, at_wiki = shifts.sign_in(phone), wiki.sign_in(phone)
    asked, _ = wiki.read_address(get_without_redirect(phone, shifts.logout_url(at_rota)).headers["Location"])
    assert asked.get("Reason") == names.LOGOUT_BY_USER
    assert asked.findtext(f"{{{names.ASSERTION}}}NameID") == at_wiki.name_id
    assert asked.findtext(f"{{{names.PROTOCOL}}}SessionIndex") == at_wiki.session_index
    answer, _ = shifts.read_address(get_without_redirect(phone, wiki.answer_url(asked)).headers["Location"])
    assert statuses(answer) == [names.SUCCESS]
    assert set(LogoutNotice.objects.values_list("outcome", flat=True)) == {Outcome.ENDED}


def test_a_session_in_which_an_agent_opened_a_service_several_times_is_named_to_it_once(clock, phone, shifts, wiki):
    at_rota, *at_wiki = (it.sign_in(phone) for it in (shifts, wiki, wiki, wiki))
    asked, _ = wiki.read_address(get_without_redirect(phone, shifts.logout_url(at_rota)).headers["Location"])
    named = [it.text for it in asked.findall(f"{{{names.PROTOCOL}}}SessionIndex")]
    assert named == [at_wiki[0].session_index]


def test_of_two_services_that_know_an_agent_by_email_address_the_other_is_notified_too(clock, phone):
    shifts, wiki = (PretendService(it, name_id_format=names.EMAIL_ADDRESS) for it in ("shifts", "wiki"))
    at_shifts, at_wiki = shifts.sign_in(phone), wiki.sign_in(phone)
    assert at_shifts.name_id == at_wiki.name_id
    asked, _ = wiki.read_address(get_without_redirect(phone, shifts.logout_url(at_shifts)).headers["Location"])
    assert asked.findtext(f"{{{names.PROTOCOL}}}SessionIndex") == at_wiki.session_index


def test_each_service_is_notified_by_its_own_binding(clock, phone, shifts):
    wiki = PretendService("wiki", logout=POST_ONLY)
    at_rota, at_wiki = shifts.sign_in(phone), wiki.sign_in(phone)
    asked, _ = wiki.read_form(phone.open(shifts.logout_url(at_rota)))
    assert asked.findtext(f"{{{names.PROTOCOL}}}SessionIndex") == at_wiki.session_index
    answer, _ = shifts.read_address(get_without_redirect(phone, wiki.answer_url(asked)).headers["Location"])
    assert statuses(answer) == [names.SUCCESS]


def test_a_service_that_fails_makes_the_response_a_partial_logout(clock, phone, shifts, wiki):
    at_rota, _ = shifts.sign_in(phone), wiki.sign_in(phone)
    asked, _ = wiki.read_address(get_without_redirect(phone, shifts.logout_url(at_rota)).headers["Location"])
    refused = wiki.answer_url(asked, status=names.RESPONDER)
    answer, _ = shifts.read_address(get_without_redirect(phone, refused).headers["Location"])
    assert statuses(answer) == [names.SUCCESS, names.PARTIAL_LOGOUT]
    assert service_asks_for_a_code(phone, shifts)


UNCONFIRMED = {
    "is down": {"status": 503},
    "answers with nothing": {"service": None},
    "answers another request": {"answer": {"InResponseTo": "_other"}},
    "refuses": {"answer": {"status": names.RESPONDER}},
}


@pytest.mark.parametrize("does", UNCONFIRMED.values(), ids=UNCONFIRMED)
def test_a_service_that_does_not_confirm_by_soap_makes_the_response_partial(clock, phone, shifts, told_by_soap, does):
    wiki, blog = PretendService("wiki"), PretendService("blog", logout=(names.SOAP,), location=told_by_soap.url)
    vars(told_by_soap).update({"service": blog, **does})
    at_shifts, _, at_blog = (it.sign_in(phone) for it in (shifts, wiki, blog))
    asked, _ = wiki.read_address(get_without_redirect(phone, shifts.logout_url(at_shifts)).headers["Location"])
    background.settle()
    assert told_by_soap.names() == [at_blog.name_id]
    answer, _ = shifts.read_address(get_without_redirect(phone, wiki.answer_url(asked)).headers["Location"])
    assert statuses(answer) == [names.SUCCESS, names.PARTIAL_LOGOUT]


def test_flex_without_single_logout_and_a_service_that_is_switched_off_make_it_partial_too(clock, phone, shifts, wiki):
    phone.sign_in()
    told, _ = shifts.sign_in(phone), wiki.sign_in(phone)
    ServiceProvider.objects.filter(slug="wiki").update(enabled=False)
    answer, _ = shifts.read_address(get_without_redirect(phone, shifts.logout_url(told)).headers["Location"])
    assert statuses(answer) == [names.SUCCESS, names.PARTIAL_LOGOUT]
    assert [it.outcome for it in LogoutNotice.objects.all()] == [Outcome.UNTOLD] * 2
    assert phone.ask_flex().form_with("identifier") is not None


def test_a_service_that_wants_no_answer_gets_none(clock, phone, shifts):
    told = shifts.sign_in(phone)
    unknown = shifts.logout_url(replace(told, name_id=STRANGER), extensions=ASYNCHRONOUS)
    assert get_without_redirect(phone, unknown).status_code == 400
    page = phone.open(shifts.logout_url(told, extensions=ASYNCHRONOUS))
    assert (page.status, page.heading) == (200, "You are signed out")
    assert service_asks_for_a_code(phone, shifts)


def test_without_a_session_index_every_session_of_that_person_there_ends(clock, phone, desktop, shifts):
    told = shifts.sign_in(phone)
    shifts.sign_in(desktop)
    get_without_redirect(phone, shifts.logout_url(told, index=None))
    assert service_asks_for_a_code(phone, shifts)
    assert service_asks_for_a_code(desktop, shifts)


def test_a_session_index_ends_the_sign_in_on_that_device_alone(clock, phone, desktop, shifts):
    told = shifts.sign_in(phone)
    shifts.sign_in(desktop)
    get_without_redirect(phone, shifts.logout_url(told))
    assert service_asks_for_a_code(phone, shifts)
    assert not service_asks_for_a_code(desktop, shifts)


def test_a_service_is_notified_of_the_computer_though_it_signed_the_phone_out_itself(
    clock, phone, desktop, shifts, wiki
):
    on_phone, on_desktop, at_wiki = shifts.sign_in(phone), shifts.sign_in(desktop), wiki.sign_in(desktop)
    get_without_redirect(phone, shifts.logout_url(on_phone))
    asked, _ = shifts.read_address(get_without_redirect(desktop, wiki.logout_url(at_wiki)).headers["Location"])
    assert asked.findtext(f"{{{names.PROTOCOL}}}SessionIndex") == on_desktop.session_index


def test_an_unknown_name_id_ends_nothing(clock, phone, shifts):
    told = shifts.sign_in(phone)
    of_another_kind = replace(told, name_id_format=names.TRANSIENT)
    others = {"_1": replace(told, name_id=STRANGER), "_2": replace(told, session_index=STRANGER), "_3": of_another_kind}
    for given, somebody in others.items():
        address = shifts.logout_url(somebody, "over & out", ID=given)
        answer, relay_state = shifts.read_address(get_without_redirect(phone, address).headers["Location"])
        assert statuses(answer) == [names.REQUESTER, names.UNKNOWN_PRINCIPAL]
        assert (answer.get("InResponseTo"), relay_state) == (given, "over & out")
    assert not service_asks_for_a_code(phone, shifts)


def test_the_name_id_of_another_service_ends_nothing(clock, phone, shifts, wiki):
    told = shifts.sign_in(phone)
    answer, _ = wiki.read_address(get_without_redirect(phone, wiki.logout_url(told)).headers["Location"])
    assert statuses(answer) == [names.REQUESTER, names.UNKNOWN_PRINCIPAL]
    assert not service_asks_for_a_code(phone, shifts)


def test_an_unsigned_logout_request_ends_nothing(clock, phone, shifts):
    told = shifts.sign_in(phone)
    unsigned = shifts.logout_url(told).partition("&SigAlg")[0]
    assert phone.open(unsigned).status == 400
    assert not service_asks_for_a_code(phone, shifts)


def test_a_logout_response_counts_only_if_it_was_requested(clock, phone, shifts, wiki):
    at_rota, _ = shifts.sign_in(phone), wiki.sign_in(phone)
    asked, _ = wiki.read_address(get_without_redirect(phone, shifts.logout_url(at_rota)).headers["Location"])
    assert phone.open(wiki.answer_url(asked, InResponseTo="_unasked")).status == 400
    assert phone.open(shifts.answer_url(asked)).status == 400
    assert not LogoutNotice.objects.exclude(outcome=Outcome.ASKED).exists()


def test_a_logout_response_that_comes_after_ten_minutes_is_not_expected(clock, phone, shifts, wiki):
    at_rota, _ = shifts.sign_in(phone), wiki.sign_in(phone)
    asked, _ = wiki.read_address(get_without_redirect(phone, shifts.logout_url(at_rota)).headers["Location"])
    clock.shift(timedelta(minutes=10))
    page = phone.open(wiki.answer_url(asked))
    assert (page.status, page.heading) == (400, "This sign-out answer was not expected")


def test_a_silent_sign_in_notifies_no_service(clock, phone, shifts):
    shifts.sign_in(phone)
    clock.shift(timedelta(hours=2))
    assert shifts.sign_in(phone).authn_context == names.PREVIOUS_SESSION
    assert not LogoutNotice.objects.exists()
