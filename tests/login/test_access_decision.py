"""The facts about a request that the access policy judges, now and again from the trail."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from idp.agents import devices
from idp.agents.models import AccessPass, Department, Device
from idp.audit.events import Origin
from idp.audit.models import LoginEvent
from idp.login import access_decision
from idp.login.access_decision import Subject
from idp.login.request_facts import RequestFacts
from idp.policies import in_force, user_agents
from idp.policies.access import recorded_attempts
from idp.policies.access.conditions import AgentIs, CodeAge, DepartmentIs, DeviceAge
from idp.policies.access.decisions import evaluate
from idp.policies.access.facts import LATER
from idp.policies.access.rules import Effect
from idp.policies.simulation.trial import Trial
from idp.versions import version
from tests.conftest import NOW
from tests.devices import IPHONE as PHONE
from tests.policies import publishing
from tests.policies.samples import SAMPLES
from tests.user_agents import IPHONE

HERE = Origin("192.0.2.7", IPHONE, "7KQ2M-9TX4D")


def a_request(header=IPHONE):
    return RequestFacts(None, None, None, user_agents.parse(header), None, HERE)


def decide(who=None, *, header=IPHONE, touch_points=LATER, now=NOW):
    return access_decision.decide("flex", a_request(header), who, now, touch_points=touch_points)


def enrolled(agent, days=0):
    return devices.enrol(agent, PHONE, None, NOW - timedelta(days=days)).device


@pytest.mark.parametrize("touch_points", [LATER, None, 0, 5])
def test_a_preview_judges_every_sample_header_by_the_facts_of_a_sign_in(db, touch_points):
    for sample in SAMPLES:
        judged = decide(header=sample["user_agent"], touch_points=touch_points).attempt
        previewed = Trial(sample["user_agent"], NOW, "flex", touch_points, HERE.address).attempt()
        assert judged == replace(previewed, guardrails=judged.guardrails), sample


def test_a_proved_agent_is_judged_by_department_roles_and_ages(agent):
    agent.department = Department.objects.create(name="Sales")
    facts = decide(Subject(agent, enrolled(agent, days=3))).attempt.facts
    assert (facts.agent, facts.role, facts.department) == ({agent.email}, {"agent"}, {"Sales"})
    assert (facts.device_age, facts.code_age) == ({3}, {72})


def test_a_code_given_just_now_is_new_and_so_is_a_phone_that_nobody_enrolled(agent):
    device = enrolled(agent, days=3)
    renewed, new = (decide(Subject(agent, it, fresh=True)).attempt.facts for it in (device, None))
    assert (renewed.device_age, renewed.code_age) == ({3}, {0})
    assert (new.device_age, new.code_age) == ({0}, {0})


@pytest.mark.parametrize(
    "condition",
    [
        DeviceAge(3),
        CodeAge(72),
        DepartmentIs(frozenset({"Sales"}), negated=True),
        AgentIs(frozenset({"ana@acme.example"})),
    ],
)
def test_rules_about_the_agent_wait_for_one(agent, condition):
    publishing.in_force(condition)
    assert decide().effect is None
    assert decide(Subject(agent, enrolled(agent, days=3))).effect is Effect.DENY


def test_a_phone_that_was_revoked_or_cut_off_is_refused_by_a_guardrail(agent):
    device = enrolled(agent)
    device.revoked_at = NOW
    assert decide(Subject(agent, device)).decided_by == "guardrail:device"


def test_policy_stop_and_pass_are_held_under_a_version_that_a_request_asks_for_once(agent):
    AccessPass.objects.create(agent=agent, given_at=NOW, until=NOW + timedelta(hours=2), why="Her phone is new")
    who = Subject(agent, None)
    decide(who)
    agent.role_names, agent.department  # noqa: B018 - both are read before, as the login does
    with version.pinned(), CaptureQueriesContext(connection) as asked:
        assert decide(who).decided_by == "pass"
    assert len(asked) <= 2  # the other one are the agent's roles


def test_a_recorded_sign_in_is_decided_the_same_way_again(phone):
    publishing.in_force(CodeAge(1), effect="ask_code", mode="watch")
    phone.sign_in()
    for event in LoginEvent.objects.filter(kind="signed in"):
        again = recorded_attempts.from_json(
            event.judged, service=event.service, text=event.user_agent, address=event.address
        )
        decision = evaluate(in_force.policy_of(event.revision), again)
        assert (decision.effect, decision.decided_by) == (event.effect, event.decided_by) == ("allow", "default")
        assert None not in [it.answer for it in decision.trace]
    assert Device.objects.active().count() == 1


def test_a_purged_fact_leaves_open_only_the_decisions_that_need_it(db):
    stored = recorded_attempts.to_json(decide().attempt)
    facts = recorded_attempts.from_json(stored, service="flex").facts
    assert (facts.text, facts.network) == (LATER, LATER)
    assert facts.platform == {"ios"}
