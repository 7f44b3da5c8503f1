"""Signing out: at one service, at all services, and without a browser."""

import socket
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import OperationalError

from idp import background
from idp import clock as clocks
from idp.agents.models import Device, Reason
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.keys.models import SigningKey, Use
from idp.login.endings import signing_out
from idp.outgoing.exchange import NOT_PUBLIC
from idp.saml import names
from idp.saml.logout import delivery, notifying, single_logout
from idp.saml.models import IssuedAssertion, LogoutEndpoint, LogoutNotice, ServiceProvider
from idp.saml.models.logout import Outcome
from idp.sessions.models import SsoSession
from tests.conftest import NOW
from tests.journeys.visits import get_without_redirect, service_asks_for_a_code
from tests.pretend_service import SLO, PretendService, statuses

MINUTE = timedelta(minutes=1)
POST_ONLY = (names.HTTP_POST,)
ASYNCHRONOUS = (
    f'<samlp:Extensions><a:Asynchronous xmlns:a="{names.ASYNC_LOGOUT}"/></samlp:Extensions>'  # Async SLO extension 1.0
)
STRANGER = "nobody-we-know"


@pytest.fixture(autouse=True)
def _everything_is_told(flex):
    yield
    background.settle()


@pytest.fixture
def shifts(flex):
    return PretendService("shifts")


@pytest.fixture
def wiki(flex):
    return PretendService("wiki")


def test_signing_out_at_a_service_ends_the_session_and_gets_a_response(clock, phone, shifts):
    told = shifts.sign_in(phone)
    answer, relay_state = shifts.read_address(
        get_without_redirect(phone, shifts.logout_url(told, "over & out", ID="_bye")).headers["Location"]
    )
    assert statuses(answer) == [names.SUCCESS]
    assert (answer.get("InResponseTo"), answer.get("Destination"), relay_state) == ("_bye", shifts.slo, "over & out")
    assert not SsoSession.objects.filter(ended_at__isnull=True).exists()
    assert service_asks_for_a_code(phone, shifts)


def test_signing_out_at_a_service_can_be_tried_again_if_latchkey_was_too_busy(clock, phone, shifts, monkeypatch):
    address = shifts.logout_url(shifts.sign_in(phone))
    with monkeypatch.context() as busy:
        busy.setattr(single_logout.signing_out, "sign_out", Mock(side_effect=OperationalError("deadlock detected")))
        assert get_without_redirect(phone, address).status_code == 503
    answer, _ = shifts.read_address(get_without_redirect(phone, address).headers["Location"])
    assert statuses(answer) == [names.SUCCESS]
    assert service_asks_for_a_code(phone, shifts)


@pytest.fixture(params=["next_message", "status_of", "logout_messages.response_to"])
def busy(monkeypatch, request):
    """Meanwhile the database fails where a logout goes on to the next service, or to its answer."""

    @contextmanager
    def meanwhile():
        with monkeypatch.context() as busy:
            fault = Mock(side_effect=OperationalError("deadlock detected"))
            busy.setattr(f"{single_logout.__name__}.{request.param}", fault)
            yield

    return meanwhile


def test_a_service_that_asks_again_is_answered_if_latchkey_was_busy_after_the_sign_out(clock, phone, shifts, busy):
    address = shifts.logout_url(shifts.sign_in(phone), ID="_bye")
    with busy():
        assert get_without_redirect(phone, address).status_code == 503
    assert service_asks_for_a_code(phone, shifts)
    answer, _ = shifts.read_address(get_without_redirect(phone, address).headers["Location"])
    assert (statuses(answer), answer.get("InResponseTo")) == ([names.SUCCESS], "_bye")


def test_a_sign_out_that_finds_latchkey_busy_on_its_way_can_go_on(clock, phone, shifts, wiki, busy):
    at_shifts, _ = shifts.sign_in(phone), wiki.sign_in(phone)
    asked, _ = wiki.read_address(get_without_redirect(phone, shifts.logout_url(at_shifts)).headers["Location"])
    with busy():
        assert get_without_redirect(phone, wiki.answer_url(asked)).status_code == 503
    answer, _ = shifts.read_address(get_without_redirect(phone, wiki.answer_url(asked)).headers["Location"])
    assert statuses(answer) == [names.SUCCESS]


def test_a_service_whose_redirect_was_lost_is_asked_again_if_the_sign_out_comes_again(clock, phone, shifts, wiki):
    at_shifts, _ = shifts.sign_in(phone), wiki.sign_in(phone)
    address = shifts.logout_url(at_shifts)
    get_without_redirect(phone, address)  # and its answer never arrives
    asked, _ = wiki.read_address(get_without_redirect(phone, address).headers["Location"])
    answer, _ = shifts.read_address(get_without_redirect(phone, wiki.answer_url(asked)).headers["Location"])
    assert statuses(answer) == [names.SUCCESS]


def test_a_sign_out_that_comes_again_does_not_ask_a_service_that_has_answered(clock, phone, shifts, wiki):
    blog = PretendService("blog")
    at_shifts, _, _ = (it.sign_in(phone) for it in (shifts, wiki, blog))
    address = shifts.logout_url(at_shifts)
    location = get_without_redirect(phone, address).headers["Location"]
    first, second = (wiki, blog) if location.startswith(wiki.slo) else (blog, wiki)
    get_without_redirect(phone, first.answer_url(first.read_address(location)[0]))  # and its answer never arrives
    asked, _ = second.read_address(get_without_redirect(phone, address).headers["Location"])
    answer, _ = shifts.read_address(get_without_redirect(phone, second.answer_url(asked)).headers["Location"])
    assert statuses(answer) == [names.SUCCESS]


def test_a_service_whose_answer_was_lost_gets_it_when_it_asks_again(clock, phone, shifts):
    address = shifts.logout_url(shifts.sign_in(phone), "over & out", ID="_bye")
    get_without_redirect(phone, address)  # and its answer never arrives
    answer, relay_state = shifts.read_address(get_without_redirect(phone, address).headers["Location"])
    assert (statuses(answer), answer.get("InResponseTo")) == ([names.SUCCESS], "_bye")
    assert relay_state == "over & out"
    assert LoginEvent.objects.filter(kind=Kind.SIGNED_OUT).count() == 1


def test_a_service_that_asks_again_for_a_stranger_hears_again_that_it_is_one(clock, phone, shifts):
    address = shifts.logout_url(replace(shifts.sign_in(phone), name_id=STRANGER))
    for _ in range(2):
        answer, _ = shifts.read_address(get_without_redirect(phone, address).headers["Location"])
        assert statuses(answer) == [names.REQUESTER, names.UNKNOWN_PRINCIPAL]


def test_a_sign_out_under_the_id_of_somebody_elses_is_not_called_a_success(clock, phone, desktop, shifts):
    at_phone, at_desktop = shifts.sign_in(phone), shifts.sign_in(desktop)
    get_without_redirect(phone, shifts.logout_url(at_phone, ID="_always"))
    assert desktop.open(shifts.logout_url(at_desktop, ID="_always")).status == 400
    assert not service_asks_for_a_code(desktop, shifts)


def test_signing_out_by_post_gets_a_response_by_post(clock, phone):
    shifts = PretendService("shifts", logout=POST_ONLY)
    told = shifts.sign_in(phone)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    phone.http.post(SLO, shifts.logout_body(told), headers=form, timeout=30)
    assert service_asks_for_a_code(phone, shifts)


def test_a_response_by_post_has_an_enveloped_signature(clock, phone):
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


def test_a_sign_out_that_wants_no_answer_can_come_again(clock, phone, shifts, wiki):
    at_shifts, _ = shifts.sign_in(phone), wiki.sign_in(phone)
    address = shifts.logout_url(at_shifts, extensions=ASYNCHRONOUS)
    get_without_redirect(phone, address)  # and its answer never arrives
    asked, _ = wiki.read_address(get_without_redirect(phone, address).headers["Location"])
    page = phone.open(wiki.answer_url(asked))
    assert (page.status, page.heading) == (200, "You are signed out")
    assert phone.open(address).heading == "You are signed out"


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


def test_a_session_that_was_purged_cannot_be_ended_nor_a_later_one_by_the_same_request(clock, phone, shifts):
    address = shifts.logout_url(shifts.sign_in(phone), index=None)
    SsoSession.objects.all().delete()
    answer, _ = shifts.read_address(get_without_redirect(phone, address).headers["Location"])
    assert statuses(answer) == [names.REQUESTER, names.UNKNOWN_PRINCIPAL]
    shifts.sign_in(phone)
    assert get_without_redirect(phone, address).status_code == 400
    assert not service_asks_for_a_code(phone, shifts)


def test_the_name_id_of_another_service_ends_nothing(clock, phone, shifts, wiki):
    told = shifts.sign_in(phone)
    answer, _ = wiki.read_address(get_without_redirect(phone, wiki.logout_url(told)).headers["Location"])
    assert statuses(answer) == [names.REQUESTER, names.UNKNOWN_PRINCIPAL]
    assert not service_asks_for_a_code(phone, shifts)


@pytest.mark.parametrize("named", [{}, {"index": None}], ids=["its session", "all sessions"])
def test_a_logout_request_that_comes_again_after_a_new_sign_in_does_not_end_that(clock, phone, shifts, named):
    address = shifts.logout_url(shifts.sign_in(phone), **named)
    get_without_redirect(phone, address)
    shifts.sign_in(phone)
    page = phone.open(address)
    assert (page.status, page.heading) == (400, "This sign-out was requested before")
    assert not service_asks_for_a_code(phone, shifts)


def test_logout_requests_of_two_services_may_have_the_same_id(clock, phone, shifts, wiki):
    for service in (shifts, wiki):
        get_without_redirect(phone, service.logout_url(service.sign_in(phone), ID="_1"))
        assert service_asks_for_a_code(phone, service)


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


def test_a_logout_response_that_comes_again_changes_nothing_and_leads_on_again(clock, phone, shifts, wiki):
    at_shifts, _ = shifts.sign_in(phone), wiki.sign_in(phone)
    address = shifts.logout_url(at_shifts, ID="_bye")
    asked, _ = wiki.read_address(get_without_redirect(phone, address).headers["Location"])
    get_without_redirect(phone, wiki.answer_url(asked, status=names.RESPONDER))  # and its answer never arrives
    answer, _ = shifts.read_address(get_without_redirect(phone, wiki.answer_url(asked)).headers["Location"])
    assert (statuses(answer), answer.get("InResponseTo")) == ([names.SUCCESS, names.PARTIAL_LOGOUT], "_bye")


def test_a_service_whose_redirect_was_lost_is_asked_again_if_the_last_answer_comes_again(clock, phone, shifts, wiki):
    blog = PretendService("blog")
    at_shifts, _, _ = (it.sign_in(phone) for it in (shifts, wiki, blog))
    location = get_without_redirect(phone, shifts.logout_url(at_shifts)).headers["Location"]
    first, second = (wiki, blog) if location.startswith(wiki.slo) else (blog, wiki)
    answered = first.answer_url(first.read_address(location)[0])
    get_without_redirect(phone, answered)  # and its answer never arrives
    asked, _ = second.read_address(get_without_redirect(phone, answered).headers["Location"])
    answer, _ = shifts.read_address(get_without_redirect(phone, second.answer_url(asked)).headers["Location"])
    assert statuses(answer) == [names.SUCCESS]


def test_a_logout_response_that_comes_after_ten_minutes_is_not_expected(clock, phone, shifts, wiki):
    at_rota, _ = shifts.sign_in(phone), wiki.sign_in(phone)
    asked, _ = wiki.read_address(get_without_redirect(phone, shifts.logout_url(at_rota)).headers["Location"])
    clock.shift(timedelta(minutes=10))
    page = phone.open(wiki.answer_url(asked))
    assert (page.status, page.heading) == (400, "This sign-out answer was not expected")


def test_a_service_that_the_browser_never_reached_is_notified_from_server_to_server(
    clock, phone, shifts, wiki, told_by_post
):
    blog = PretendService("blog", logout=POST_ONLY, location=told_by_post.url)
    at_rota = shifts.sign_in(phone)
    at_blog = blog.sign_in(phone)
    wiki.sign_in(phone)
    get_without_redirect(phone, shifts.logout_url(at_rota))  # and at the wiki the agent closes the browser
    background.settle()
    assert not told_by_post.requests
    clock.shift(timedelta(minutes=11))
    notifying.send_due(NOW + timedelta(minutes=12))
    assert LogoutNotice.objects.get(service_provider=blog.row).outcome == Outcome.TOLD
    assert told_by_post.names() == [at_blog.name_id]


def test_a_service_from_which_the_browser_never_returned_is_notified_from_server_to_server_too(
    clock, phone, shifts, told_by_post
):
    blog = PretendService("blog", logout=POST_ONLY, location=told_by_post.url)
    at_shifts, at_blog = shifts.sign_in(phone), blog.sign_in(phone)
    phone.open(shifts.logout_url(at_shifts))  # the page that would post to the blog, and is closed
    background.settle()
    notifying.send_due(NOW + timedelta(minutes=12))
    assert told_by_post.names() == [at_blog.name_id]
    assert LogoutNotice.objects.get().outcome == Outcome.TOLD


def test_a_phone_that_an_operator_signs_out_is_signed_out_at_the_services_too(clock, phone, told_by_soap):
    shifts = PretendService("shifts", logout=(names.SOAP, names.HTTP_REDIRECT), location=told_by_soap.url)
    told_by_soap.service = shifts
    told = shifts.sign_in(phone)
    signing_out.sign_out(Device.objects.all(), Reason.OPERATOR, "Olivia", Origin(None, "", "A"), NOW)
    background.settle()
    (asked,) = told_by_soap.requests
    assert (told_by_soap.names(), asked.get("Reason")) == ([told.name_id], names.LOGOUT_BY_ADMIN)
    notice = LogoutNotice.objects.get()
    assert (notice.outcome, notice.request_id) == (Outcome.ENDED, asked.get("ID"))
    assert LoginEvent.objects.filter(kind=Kind.SERVICE_TOLD, service="shifts").exists()


def test_a_service_is_notified_only_once_our_key_can_sign_again(clock, phone, told_by_post):
    PretendService("blog", logout=POST_ONLY, location=told_by_post.url).sign_in(phone)
    kept = SigningKey.objects.get(use=Use.SAML)
    SigningKey.objects.filter(pk=kept.pk).update(private_key="gAAAA")
    signing_out.sign_out(Device.objects.all(), Reason.OPERATOR, "Olivia", Origin(None, "", "A"), NOW)
    background.settle()
    notice = LogoutNotice.objects.get()
    assert (notice.outcome, notice.detail) == (Outcome.WAITING, "the message cannot be signed: key_unreadable")
    kept.save()
    notifying.send_due(NOW + timedelta(minutes=2))
    assert len(told_by_post.requests) == 1


def test_a_notice_that_could_not_be_recorded_is_sent_again(clock, phone, told_by_post, monkeypatch):
    PretendService("blog", logout=POST_ONLY, location=told_by_post.url).sign_in(phone)
    told_by_post.status = 503
    signing_out.sign_out(Device.objects.all(), Reason.OPERATOR, "Olivia", Origin(None, "", "A"), NOW)
    background.settle()
    told_by_post.status = 200
    with monkeypatch.context() as busy:
        busy.setattr("idp.saml.logout.notifying.events.record", Mock(side_effect=OperationalError("deadlock detected")))
        with pytest.raises(OperationalError):
            notifying.send_due(NOW + timedelta(minutes=2))
    notifying.send_due(NOW + timedelta(minutes=20))
    assert LoginEvent.objects.filter(kind=Kind.SERVICE_TOLD, service="blog").count() == 1


def test_a_notice_that_cannot_be_made_is_given_up_and_keeps_no_other_from_being_sent(clock, phone, told_by_post):
    blog, wiki = (PretendService(it, logout=POST_ONLY, location=told_by_post.url) for it in ("blog", "wiki"))
    _, at_wiki = blog.sign_in(phone), wiki.sign_in(phone)
    IssuedAssertion.objects.filter(service_provider=blog.row).update(name_id=" ")  # which no LogoutRequest can hold
    signing_out.sign_out(Device.objects.all(), Reason.OPERATOR, "Olivia", Origin(None, "", "A"), NOW)
    background.settle()
    assert told_by_post.names() == [at_wiki.name_id]
    for hours in range(1, 12):
        notifying.send_due(NOW + timedelta(hours=7 * hours))
    assert LogoutNotice.objects.get(service_provider=blog.row).outcome == Outcome.FAILED
    assert LoginEvent.objects.filter(kind=Kind.SERVICE_UNTOLD, service="blog").count() == 1


def test_a_service_in_a_private_network_is_notified_only_if_the_network_is_listed(phone, told_by_soap, settings):
    PretendService("shifts", logout=(names.SOAP,), location=told_by_soap.url).sign_in(phone)
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"demo": False})
    signing_out.sign_out(Device.objects.all(), Reason.OPERATOR, "Olivia", Origin(None, "", "A"), clocks.now())
    background.settle()
    notice = LogoutNotice.objects.get()
    assert (notice.outcome, notice.detail) == (Outcome.WAITING, NOT_PUBLIC)
    assert not told_by_soap.requests


def test_the_phone_that_a_new_one_replaces_is_signed_out_at_the_services_too(clock, phone, android, told_by_soap):
    shifts = PretendService("shifts", logout=(names.SOAP,), location=told_by_soap.url)
    told_by_soap.service = shifts
    told = shifts.sign_in(phone)
    shifts.sign_in(android)
    background.settle()
    assert [it.findtext(f"{{{names.PROTOCOL}}}SessionIndex") for it in told_by_soap.requests] == [told.session_index]


def test_a_service_that_is_down_is_notified_again_until_the_last_attempt(clock, phone, told_by_soap):
    shifts = PretendService("shifts", logout=(names.SOAP,), location=told_by_soap.url)
    shifts.sign_in(phone)
    told_by_soap.status = 503
    signing_out.sign_out(Device.objects.all(), Reason.OPERATOR, "Olivia", Origin(None, "", "A"), NOW)
    background.settle()
    for hours in range(1, 12):
        notifying.send_due(NOW + timedelta(hours=7 * hours))
    assert len(told_by_soap.requests) == len(notifying.PAUSES)
    assert LogoutNotice.objects.get().outcome == Outcome.FAILED
    assert LoginEvent.objects.filter(kind=Kind.SERVICE_UNTOLD, service="shifts").count() == 1


@pytest.fixture
def silent(clock, phone, android, desktop, monkeypatch):
    """A server that accepts connections and never answers, of a service at which three browsers were signed out."""
    monkeypatch.setattr(delivery, "TIMEOUT", 0.3)
    monkeypatch.setattr(notifying, "_background", Mock())  # all three are due in one run
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        blog = PretendService("blog", logout=POST_ONLY, location=f"http://127.0.0.1:{server.getsockname()[1]}/logout")
        for browser in (phone, android, desktop):
            blog.sign_in(browser)
        signing_out.sign_out(Device.objects.all(), Reason.OPERATOR, "Olivia", Origin(None, "", "A"), NOW)
        yield server


def test_a_service_that_never_answers_is_waited_for_twice_for_all_who_sign_out(silent):
    assert len(notifying.send_due(NOW + MINUTE)) == 3
    for _ in range(2):
        silent.accept()[0].close()
    with pytest.raises(TimeoutError):
        silent.accept()
    ends = LogoutNotice.objects.values_list("outcome", "tries", "detail")
    no_answer, untried = "No answer within 0.3 seconds.", notifying.UNTRIED.detail
    assert sorted(ends) == [(Outcome.WAITING, 1, it) for it in (no_answer, no_answer, untried)]


@pytest.mark.usefixtures("silent")
def test_two_messages_that_a_service_cannot_answer_use_up_no_try_of_another_twice():
    notifying.send_due(NOW + MINUTE)
    (untried,) = LogoutNotice.objects.filter(detail=notifying.UNTRIED.detail)
    tried_first, *_, left_out = notifying.send_due(NOW + 3 * MINUTE)
    assert tried_first == untried
    assert left_out.detail == notifying.UNTRIED.detail


def test_a_silent_sign_in_notifies_no_service(clock, phone, shifts):
    shifts.sign_in(phone)
    clock.shift(timedelta(hours=2))
    assert shifts.sign_in(phone).authn_context == names.PREVIOUS_SESSION
    assert not LogoutNotice.objects.exists()


def test_a_service_that_was_down_while_a_clock_was_hours_ahead_is_notified_once_it_is_set_back(
    clock, phone, told_by_soap
):
    told_by_soap.service = shifts = PretendService("shifts", logout=(names.SOAP,), location="http://127.0.0.1:1/")
    shifts.sign_in(phone)
    clock.shift(timedelta(hours=3))
    signing_out.sign_out(Device.objects.all(), Reason.OPERATOR, "Olivia", Origin(None, "", "A"), clocks.now())
    background.settle()
    clock.shift(-timedelta(hours=3))
    LogoutEndpoint.objects.update(location=told_by_soap.url)
    notifying.send_due(clocks.now())
    assert LogoutNotice.objects.get().outcome == Outcome.ENDED
