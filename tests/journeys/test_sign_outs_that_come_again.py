"""Sign-outs at a service that come again: after Latchkey was busy, after an answer was lost, or after a new sign-in."""

from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import Mock

import pytest
from django.db import OperationalError

from idp.audit.models import Kind, LoginEvent
from idp.saml import names
from idp.saml.logout import single_logout
from idp.sessions.models import SsoSession
from tests.journeys.visits import get_without_redirect, service_asks_for_a_code
from tests.pretend_service import PretendService, statuses

pytestmark = pytest.mark.usefixtures("everything_is_told")
ASYNCHRONOUS = (
    f'<samlp:Extensions><a:Asynchronous xmlns:a="{names.ASYNC_LOGOUT}"/></samlp:Extensions>'  # Async SLO extension 1.0
)
STRANGER = "nobody-we-know"


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


def test_a_sign_out_that_wants_no_answer_can_come_again(clock, phone, shifts, wiki):
    at_shifts, _ = shifts.sign_in(phone), wiki.sign_in(phone)
    address = shifts.logout_url(at_shifts, extensions=ASYNCHRONOUS)
    get_without_redirect(phone, address)  # and its answer never arrives
    asked, _ = wiki.read_address(get_without_redirect(phone, address).headers["Location"])
    page = phone.open(wiki.answer_url(asked))
    assert (page.status, page.heading) == (200, "You are signed out")
    assert phone.open(address).heading == "You are signed out"


def test_a_session_that_was_purged_cannot_be_ended_nor_a_later_one_by_the_same_request(clock, phone, shifts):
    address = shifts.logout_url(shifts.sign_in(phone), index=None)
    SsoSession.objects.all().delete()
    answer, _ = shifts.read_address(get_without_redirect(phone, address).headers["Location"])
    assert statuses(answer) == [names.REQUESTER, names.UNKNOWN_PRINCIPAL]
    shifts.sign_in(phone)
    assert get_without_redirect(phone, address).status_code == 400
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
