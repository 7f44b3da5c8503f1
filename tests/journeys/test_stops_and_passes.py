"""Sign-in is stopped, one agent gets a pass, and the trail records both."""

from datetime import timedelta

import pytest

from idp import clock as now_of
from idp.agents.models import Agent, Device
from idp.audit.events import Origin
from idp.audit.models import LoginEvent
from idp.login.emergency import passes, stops
from idp.policies.access.conditions import PlatformIs
from idp.policies.user_agents import Platform
from idp.tokens.models import LongLivedToken
from tests.policies import publishing

NO_IPHONES = PlatformIs(frozenset({Platform.IOS}))
HERE = Origin(None, "", "7KQ2M-9TX4D")


def stop():
    return stops.stop(None, "Stolen phones", HERE, now_of.now())


def give_ana_a_pass(**lasts):
    ana = Agent.objects.get(email="ana@acme.example")
    lasts = timedelta(**lasts or {"hours": 2})
    return passes.give(ana, lasts, None, "Her phone is new", origin=HERE, now=now_of.now())


def test_during_a_stop_nobody_signs_in_and_sessions_continue_afterwards(phone):
    phone.sign_in()
    before = LongLivedToken.objects.count()
    stop()
    page = phone.ask_flex()
    assert (page.status, page.heading) == (503, "Sign-in is stopped")
    assert "nothing to do with your phone" in page.text
    assert (LongLivedToken.objects.count(), Device.objects.active().count()) == (before, 1)
    stops.lift(None, HERE, now_of.now())
    assert phone.sign_in_silently()["signed_in"]


def test_during_a_stop_no_text_is_sent_and_flex_gets_an_error(phone):
    stop()
    page = phone.ask_flex()
    assert (page.form_with("identifier"), phone.messages()) == (None, 0)
    answer = phone.submit(phone.submit(page, "csrfmiddlewaretoken"), "SAMLResponse")
    assert "RequestDenied" in answer.text


def test_a_stop_between_the_code_and_the_response_still_counts(phone):
    page = phone.ask_code(phone.ask_flex())
    stop()
    assert phone.submit(page, "code", code=phone.code()).status == 503
    assert not Device.objects.exists()


@pytest.mark.parametrize("shut", [stop, lambda: publishing.in_force(NO_IPHONES)], ids=["stopped", "by a rule"])
def test_a_pass_admits_its_agent_and_nobody_else(phone, shut):
    shut()
    give_ana_a_pass()
    ben = phone.like()
    page = ben.ask_code(ben.ask_flex(), "+12015550102")
    assert ben.submit(page, "code", code=ben.code("+12015550102")).status in {403, 503}
    assert phone.sign_in()["signed_in"]
    assert [it.decided_by for it in LoginEvent.objects.filter(kind="signed in")] == ["pass"]


def test_a_pass_ends_when_it_expires_or_is_revoked(phone, clock):
    publishing.in_force(NO_IPHONES)
    give_ana_a_pass(minutes=30)
    phone.sign_in()
    clock.shift(timedelta(minutes=30))
    assert phone.ask_flex().status == 403
    given = give_ana_a_pass()
    assert phone.sign_in_silently()["signed_in"]
    passes.take_back(given, None, HERE, now_of.now())
    assert phone.ask_flex().status == 403


def test_a_pass_does_not_admit_an_agent_who_is_switched_off(phone):
    give_ana_a_pass()
    page = phone.ask_code(phone.ask_flex())
    Agent.objects.filter(email="ana@acme.example").update(is_active=False)
    assert phone.submit(page, "code", code=phone.code()).heading == "Your access is switched off"
