"""The preview agrees with real sign-ins: for every sample header, several policies, with and without an agent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from idp import background
from idp.agents import devices
from idp.login import access_decision
from idp.login.access_decision import Subject
from idp.login.request_facts import RequestFacts
from idp.policies import user_agents
from idp.policies.access.conditions import ClientIs, CodeAge, FormIs, OsVersion, PlatformIs, RoleIs, TextContains
from idp.policies.access.decisions import Guardrails, evaluate
from idp.policies.access.facts import LATER
from idp.policies.access.rules import Effect, Mode, Rule
from idp.policies.simulation import preview
from idp.policies.simulation.preview import Known, Tried, at_each_point
from idp.policies.simulation.sample_devices import SAMPLE_DEVICES
from idp.policies.user_agents import MAC_OR_IPAD, Client, Form, Platform
from tests.conftest import NOW
from tests.devices import IPHONE as PHONE
from tests.login.test_access_decision import HERE
from tests.policies import publishing
from tests.policies.samples import SAMPLES
from tests.user_agents import ANDROID, FLEX_MOBILE_IOS

pytestmark = pytest.mark.any_database

HEADERS = sorted({*(it["user_agent"] for it in SAMPLES), *(it.user_agent for it in SAMPLE_DEVICES)})
SUPERVISOR = RoleIs(frozenset({"supervisor"}))
NO_ANDROID, NO_IPAD = PlatformIs(frozenset({Platform.ANDROID})), PlatformIs(frozenset({Platform.IPADOS}))


def a_rule(effect, *conditions, mode=Mode.ON):
    return Rule("", "A rule", mode, effect, conditions)


RULE_SETS = {
    "block Android but for supervisors": [a_rule(Effect.ALLOW, SUPERVISOR), a_rule(Effect.DENY, NO_ANDROID)],
    "iPads only": [a_rule(Effect.ALLOW, NO_IPAD), a_rule(Effect.DENY)],
    "a fresh code inside apps": [
        a_rule(Effect.ASK_CODE, ClientIs(frozenset({Client.WEB_VIEW}))),
        a_rule(Effect.ASK_CODE, CodeAge(48)),
        a_rule(Effect.DENY, OsVersion(Platform.ANDROID, 12, under=True)),
    ],
    "by words and watching": [
        a_rule(Effect.DENY, FormIs(frozenset({Form.PHONE})), mode=Mode.WATCH),
        a_rule(Effect.DENY, TextContains("Mobile")),
    ],
}


def enforced(header, who, touch_points):
    shown = RequestFacts(None, None, None, user_agents.parse(header), None, HERE)
    return access_decision.decide("flex", shown, who, NOW, touch_points=touch_points)


def said(decision):
    return decision.effect, decision.decided_by, decision.would_have, decision.trace


def by_rules_alone(policy, decision):
    """What the sign-in's own facts come to; a guardrail about an agent not proved yet leaves all but *deny* open."""
    alone = evaluate(policy, replace(decision.attempt, guardrails=Guardrails()))
    left_open = decision.effect is None and alone.effect is not Effect.DENY
    assert left_open or said(alone) == said(decision)
    return said(alone)


def told(header):
    """The touch points that make a difference to this header."""
    return (None, 0, 5) if user_agents.parse(header).platform == MAC_OR_IPAD else (None,)


@pytest.mark.parametrize("rules", RULE_SETS.values(), ids=RULE_SETS)
def test_every_point_of_the_preview_decides_as_the_sign_in_does(agent, rules):
    publishing.only(*rules)
    device = devices.enrol(agent, PHONE, None, NOW - timedelta(days=3)).device
    fresh, again = Subject(agent, None, fresh=True), Subject(agent, device)
    policy = publishing.live().policy
    new, known = (
        access_decision.agent_facts(fresh, NOW),
        Known(access_decision.agent_facts(again, NOW), device.touch_points),
    )
    for header, touch in ((it, touch) for it in HEADERS for touch in told(it)):
        tried = Tried(user_agents.parse(header), NOW, "flex", "", touch, HERE.address, new, known)
        points = {it.name: said(it.decision) for it in at_each_point(policy, tried) if it.decision}
        wanted = {
            preview.ARRIVES: enforced(header, None, LATER),
            preview.PAID: enforced(header, None, touch),
            preview.RIGHT: enforced(header, fresh, touch),
            preview.ANSWER: enforced(header, fresh, touch),
            preview.REUSED: enforced(header, again, device.touch_points),
        }
        assert points == {name: by_rules_alone(policy, it) for name, it in wanted.items()}, header


@pytest.mark.parametrize("rules", RULE_SETS.values(), ids=RULE_SETS)
@pytest.mark.parametrize("header", [ANDROID, FLEX_MOBILE_IOS], ids=["Android", "in Flex Mobile"])
def test_a_real_browser_is_refused_where_the_preview_says_so(phone, rules, header):
    publishing.only(*rules)
    policy = publishing.live().policy
    points = at_each_point(policy, Tried(user_agents.parse(header), NOW, "flex", address="127.0.0.1"))
    browser = phone.like(header)
    page = browser.ask_flex()
    assert (page.status == 403) == (points[0].decision.effect is Effect.DENY)
    if page.status == 200:
        sent = browser.ask_code(page)
        assert (sent.status == 403) == (points[1].decision.effect is Effect.DENY)
        background.settle()
        assert (browser.messages() > 0) == (sent.status == 200)
