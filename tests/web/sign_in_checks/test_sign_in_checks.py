"""The page *Why can't they sign in?* is right: each cause is made for real, then the agent opens Flex."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.urls import reverse

from idp import background
from idp import clock as time
from idp.agents.models import Agent, AgentRole
from idp.audit.events import Origin
from idp.keys.models import SigningKey
from idp.login.emergency import everyone_out, passes, stops
from idp.login.endings import agent_switch
from idp.otp import breaker, sends
from idp.otp.channels import Channel
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits.asker import Asker
from idp.otp.models import PhoneAuthenticator
from idp.policies.access.conditions import PlatformIs, RoleIs
from idp.policies.access.rules import Effect
from idp.policies.user_agents import Platform
from idp.saml.attributes.release_list import Source
from idp.saml.models import ReleasedAttribute, ServiceProvider
from idp.web.sign_in_checks import all_checks, arrival
from tests.conftest import an_agent
from tests.phone import NUMBER
from tests.policies import publishing
from tests.user_agents import ANDROID
from tests.web.conftest import a_superuser, inside
from tests.web.pressing import press
from tests.web.seeded import a_service
from tests.web.sign_in_checks.browser_at_flex import BrowserAtFlex

HERE = Origin("192.0.2.7", "", "7KQ2M-9TX4D")
NO_IPHONES = PlatformIs(frozenset({Platform.IOS}))
NO_AGENTS = RoleIs(frozenset({"agent"}))


@pytest.fixture
def ana(transactional_db, keys, verify, clock):
    """Ana, who opens Flex with her iPhone for the first time."""
    a_service(unsolicited=True)
    ana = an_agent()
    ana.phone = BrowserAtFlex(verify)
    yield ana
    background.settle()


def judged(agent):
    """Judge a sign-in with Ana's iPhone, as the page does; before her first sign-in, with one like it."""
    agent = Agent.objects.get(pk=agent.pk)
    iphone = next((it for it in arrival.devices_of(agent) if it.family == "apple"), None)
    sp = all_checks.usual_service(agent)
    coming = arrival.with_device(iphone) if iphone else arrival.with_last_phone(agent)
    return all_checks.judge(agent, sp, coming, time.now())


def switched_off(ana, _):
    agent_switch.off(ana, "Olivia", HERE, time.now())


def switched_on(ana, _):
    agent_switch.on(ana, "Olivia", HERE, time.now())


def without_number(ana, _):
    PhoneAuthenticator.objects.filter(user=ana).delete()


def refused_by_twilio(ana, _):
    PhoneAuthenticator.objects.filter(user=ana).update(number="+12015550199")
    ana.phone.number = "+12015550199"
    ana.phone.opens_flex()


def paused(ana, clock):
    for _ in range(3):
        for _ in range(4):
            ana.phone.opens_flex(code="000000")
        clock.shift(timedelta(minutes=10, seconds=1))


def out_of_tries(ana, _):
    for _ in range(5):
        ana.phone.opens_flex(code="000000")


def asked_too_often(ana, clock):
    for _ in range(20):
        sends.reserve(PhoneNumber(NUMBER), Channel.SMS, Asker(None, None), time.now())
        clock.shift(timedelta(minutes=10, seconds=1))


def verify_down(ana, _):
    other = an_agent("+12015550198", "trouble@acme.example", full_name="Bad Credentials")
    BrowserAtFlex(ana.phone.verify, number=other.numbers.get().number).opens_flex()


def verify_up(*_):
    breaker.note_success()


def stopped(*_):
    stops.stop(None, "Stolen phones", HERE, time.now())


def stop_lifted(*_):
    stops.lift(None, HERE, time.now())


def stopped_with_a_pass(ana, _):
    stopped()
    passes.give(ana, timedelta(hours=2), None, "Her phone is new", origin=HERE, now=time.now())


def no_iphones(*_):
    publishing.in_force(NO_IPHONES, name="No iPhones")


def no_rules(*_):
    publishing.only()


def no_agents(*_):
    publishing.in_force(NO_AGENTS, name="No agents")


def all_denied(*_):
    publishing.only(default=Effect.DENY)


def service_off(*_):
    ServiceProvider.objects.update(enabled=False)


def service_on(*_):
    ServiceProvider.objects.update(enabled=True)


def without_roles(ana, _):
    AgentRole.objects.filter(agent=ana).delete()


def with_roles(ana, _):
    AgentRole.objects.create(agent=ana, role="agent")


def unfit_value(*_):
    flex = ServiceProvider.objects.get()
    ReleasedAttribute.objects.create(service_provider=flex, name="skill.int", source=Source.FIXED, fixed="much")


def unreadable_key(*_):
    SigningKey.objects.filter(use="saml").update(private_key="sealed under a key that is gone")


def nothing(*_):
    pass


def everyone_was_signed_out(ana, clock):
    assert ana.phone.opens_flex() == "in"
    clock.shift(timedelta(minutes=1))
    everyone_out.begin(None, "A drill", HERE, time.now())
    clock.shift(timedelta(minutes=1))


def replaced(ana, clock):
    assert ana.phone.opens_flex() == "in"
    clock.shift(timedelta(minutes=20))
    assert BrowserAtFlex(ana.phone.verify, ANDROID).opens_flex() == "in"
    clock.shift(timedelta(minutes=20))


def signed_in(ana, _):
    assert ana.phone.opens_flex() == "in"


@pytest.mark.parametrize(
    ("cause", "check", "outcome"),
    [
        (asked_too_often, "caps", "paused"),  # first, because the database counts
        (nothing, None, "in"),
        (signed_in, None, "in"),
        (everyone_was_signed_out, None, "in"),
        (replaced, None, "in"),
        (switched_off, "account", "switched off"),
        (without_number, "number", "no text"),
        (refused_by_twilio, "reach", "no text"),
        (paused, "pause", "paused"),
        (out_of_tries, "tries", "paused"),
        (verify_down, "verify", "no codes"),
        (stopped, "stop", "stopped"),
        (stopped_with_a_pass, None, "in"),
        (no_iphones, "policy", "refused"),
        (no_agents, "policy", "refused"),
        (all_denied, "policy", "refused"),
        (service_off, "service", "404"),
        (without_roles, "told", "sent back by Flex"),
        (unfit_value, "told", "500"),
        (unreadable_key, "key", "503"),
    ],
    ids=lambda it: it.__name__ if callable(it) else "",
)
def test_an_agent_meets_the_first_closed_check(ana, clock, cause, check, outcome):
    cause(ana, clock)
    result = judged(ana)
    assert (next((it.key for it in result.closed), None), ana.phone.opens_flex()) == (check, outcome)
    assert result.needs_a_code == ana.phone.needed_a_code or not result.lets_in


SWITCHES = (
    (switched_off, switched_on),
    (verify_down, verify_up),
    (stopped, stop_lifted),
    (no_iphones, no_rules),
    (service_off, service_on),
    (without_roles, with_roles),
)


@pytest.mark.parametrize("closed", [(0, 2), (1, 3), (2, 4), (3, 5), (0, 1, 2, 3, 4, 5)], ids=str)
def test_all_closed_checks_are_listed_and_each_has_to_be_opened(ana, clock, closed):
    for nth in closed:
        SWITCHES[nth][0](ana, clock)
    for nth in closed:
        result = judged(ana)
        assert len(result.closed) == len(closed) - closed.index(nth)
        assert not result.lets_in
        assert ana.phone.opens_flex() != "in"
        SWITCHES[nth][1](ana, clock)
        clock.shift(timedelta(minutes=11))
    assert (judged(ana).lets_in, ana.phone.opens_flex()) == (True, "in")


@pytest.mark.parametrize(
    ("cause", "button"),
    [
        (switched_off, "Switch Ana García on"),
        (paused, "Lift the pause of Ana García"),
        (out_of_tries, "Lift the pause of Ana García"),
        (stopped, "Let Ana García in for 2 hours"),
        (no_agents, "Let Ana García in for 2 hours"),
    ],
    ids=lambda it: getattr(it, "__name__", ""),
)
def test_an_operator_lets_an_agent_in_with_one_button_of_her_page(ana, clock, cause, button):
    cause(ana, clock)
    assert ana.phone.opens_flex() != "in"
    olivia = inside(a_superuser())
    page = olivia.get(f"/admin/agents/agent/{ana.pk}/change/")
    assert "Ana García can&#x27;t sign in to Flex" in page.text
    press(olivia, page, button)
    assert ana.phone.opens_flex() == "in"


def test_a_check_in_doubt_keeps_nobody_out_and_is_listed(ana):
    PhoneAuthenticator.objects.filter(user=ana).update(number="+12015550190")  # a landline at the emulator
    ana.phone.number = "+12015550190"
    ana.phone.opens_flex()
    result = judged(ana)
    assert result.lets_in
    assert "A call can reach it: Ana García chooses “Call me instead”." in result.verdict


def test_a_text_lost_in_an_outage_is_in_doubt_while_it_is_awaited(ana, clock):
    PhoneAuthenticator.objects.filter(user=ana).update(number="+12015550195")  # the emulator answers it by 503
    ana.phone.number = "+12015550195"
    ana.phone.opens_flex()
    assert "was not sent: unavailable (20503). That was not about this number" in judged(ana).verdict
    clock.shift(timedelta(minutes=10))
    assert "was not sent" not in judged(ana).verdict


def test_the_page_and_the_command_give_the_same_verdict(ana, capsys):
    no_iphones()
    call_command("why", "ana@acme.example", as_json=True)
    by_mail = json.loads(capsys.readouterr().out)
    call_command("why", "+1 (201) 555-0101", as_json=True)
    assert json.loads(capsys.readouterr().out) == by_mail
    assert (by_mail["lets_in"], by_mail["first_closed"], by_mail["service"]) == (False, "policy", "Flex")
    page = inside(a_superuser()).get(f"/admin/agents/agent/{ana.pk}/why/")
    assert by_mail["verdict"] == page.context["judged"].verdict
    call_command("why", "ana@acme.example", phone="pixel-chrome")
    assert "Ana García can sign in to Flex with a new phone (Android phone, Chrome)." in capsys.readouterr().out


def test_an_operator_chooses_another_phone_or_service_to_judge(ana):
    no_iphones()
    why = f"/admin/agents/agent/{ana.pk}/why/"
    olivia = inside(a_superuser())
    assert not olivia.get(why).context["judged"].lets_in
    assert olivia.get(why, {"phone": "pixel-chrome", "service": "flex"}).context["judged"].lets_in
    assert not olivia.get(why, {"phone": "no such phone", "service": "nor service"}).context["judged"].lets_in


@pytest.mark.parametrize(("right", "linked"), [("add_serviceprovider", True), ("change_serviceprovider", False)])
def test_an_operator_who_may_add_services_gets_a_link_to_connect_the_first_one(agent, keys, right, linked):
    helper = a_superuser("helper@acme.example", is_superuser=False)
    helper.user_permissions.set(Permission.objects.filter(codename__in=["view_agent", right]))
    page = inside(helper).get(f"/admin/agents/agent/{agent.pk}/why/")
    assert "No service is connected yet." in page.text
    assert (reverse("admin:connect_flex") in page.text, "You do not have the right to do this." in page.text) == (
        linked,
        not linked,
    )
