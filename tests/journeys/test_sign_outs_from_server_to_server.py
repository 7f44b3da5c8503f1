"""Sign-outs of which services are told without a browser, as an operator or another phone began them."""

import socket
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
from idp.saml.logout import delivery, notifying
from idp.saml.models import IssuedAssertion, LogoutEndpoint, LogoutNotice
from idp.saml.models.logout import Outcome
from tests.conftest import NOW
from tests.journeys.visits import get_without_redirect
from tests.pretend_service import PretendService

pytestmark = pytest.mark.usefixtures("everything_is_told")
MINUTE = timedelta(minutes=1)
POST_ONLY = (names.HTTP_POST,)


def an_operator_signs_all_out(now=NOW):
    signing_out.sign_out(Device.objects.all(), Reason.OPERATOR, "Olivia", Origin(None, "", "A"), now)


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
    an_operator_signs_all_out()
    background.settle()
    (asked,) = told_by_soap.requests
    assert (told_by_soap.names(), asked.get("Reason")) == ([told.name_id], names.LOGOUT_BY_ADMIN)
    notice = LogoutNotice.objects.get()
    assert (notice.outcome, notice.request_id) == (Outcome.ENDED, asked.get("ID"))
    assert LoginEvent.objects.filter(kind=Kind.SERVICE_TOLD, service="shifts").exists()


def test_the_phone_that_a_new_one_replaces_is_signed_out_at_the_services_too(clock, phone, android, told_by_soap):
    shifts = PretendService("shifts", logout=(names.SOAP,), location=told_by_soap.url)
    told_by_soap.service = shifts
    told = shifts.sign_in(phone)
    shifts.sign_in(android)
    background.settle()
    assert [it.findtext(f"{{{names.PROTOCOL}}}SessionIndex") for it in told_by_soap.requests] == [told.session_index]


def test_a_service_in_a_private_network_is_notified_only_if_the_network_is_listed(phone, told_by_soap, settings):
    PretendService("shifts", logout=(names.SOAP,), location=told_by_soap.url).sign_in(phone)
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"demo": False})
    an_operator_signs_all_out(clocks.now())
    background.settle()
    notice = LogoutNotice.objects.get()
    assert (notice.outcome, notice.detail) == (Outcome.WAITING, NOT_PUBLIC)
    assert not told_by_soap.requests


def test_a_service_is_notified_only_once_our_key_can_sign_again(clock, phone, told_by_post):
    PretendService("blog", logout=POST_ONLY, location=told_by_post.url).sign_in(phone)
    kept = SigningKey.objects.get(use=Use.SAML)
    SigningKey.objects.filter(pk=kept.pk).update(private_key="gAAAA")
    an_operator_signs_all_out()
    background.settle()
    notice = LogoutNotice.objects.get()
    assert (notice.outcome, notice.detail) == (Outcome.WAITING, "the message cannot be signed: key_unreadable")
    kept.save()
    notifying.send_due(NOW + timedelta(minutes=2))
    assert len(told_by_post.requests) == 1


def test_a_notice_that_could_not_be_recorded_is_sent_again(clock, phone, told_by_post, monkeypatch):
    PretendService("blog", logout=POST_ONLY, location=told_by_post.url).sign_in(phone)
    told_by_post.status = 503
    an_operator_signs_all_out()
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
    an_operator_signs_all_out()
    background.settle()
    assert told_by_post.names() == [at_wiki.name_id]
    for hours in range(1, 12):
        notifying.send_due(NOW + timedelta(hours=7 * hours))
    assert LogoutNotice.objects.get(service_provider=blog.row).outcome == Outcome.FAILED
    assert LoginEvent.objects.filter(kind=Kind.SERVICE_UNTOLD, service="blog").count() == 1


def test_a_service_that_is_down_is_notified_again_until_the_last_attempt(clock, phone, told_by_soap):
    shifts = PretendService("shifts", logout=(names.SOAP,), location=told_by_soap.url)
    shifts.sign_in(phone)
    told_by_soap.status = 503
    an_operator_signs_all_out()
    background.settle()
    for hours in range(1, 12):
        notifying.send_due(NOW + timedelta(hours=7 * hours))
    assert len(told_by_soap.requests) == len(notifying.PAUSES)
    assert LogoutNotice.objects.get().outcome == Outcome.FAILED
    assert LoginEvent.objects.filter(kind=Kind.SERVICE_UNTOLD, service="shifts").count() == 1


def test_a_service_that_was_down_while_a_clock_was_hours_ahead_is_notified_once_it_is_set_back(
    clock, phone, told_by_soap
):
    told_by_soap.service = shifts = PretendService("shifts", logout=(names.SOAP,), location="http://127.0.0.1:1/")
    shifts.sign_in(phone)
    clock.shift(timedelta(hours=3))
    an_operator_signs_all_out(clocks.now())
    background.settle()
    clock.shift(-timedelta(hours=3))
    LogoutEndpoint.objects.update(location=told_by_soap.url)
    notifying.send_due(clocks.now())
    assert LogoutNotice.objects.get().outcome == Outcome.ENDED


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
        an_operator_signs_all_out()
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
