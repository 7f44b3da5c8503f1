"""What a policy says at each point: what is known there, and no more. Held to real sign-ins in tests/login."""

from datetime import time

import pytest

from idp.policies.access.conditions import AppIs, AppVersion, CodeAge, MomentWithin, NetworkIn, PlatformIs, Weekday
from idp.policies.access.facts import AgentFacts
from idp.policies.access.rules import Effect, Mode, Policy, Rule
from idp.policies.simulation import preview
from idp.policies.simulation.preview import Known, Tried, at_each_point
from idp.policies.user_agents import Platform, parse
from tests.conftest import NOW
from tests.policies.samples import MAC_SAFARI
from tests.user_agents import IPHONE

NEW = AgentFacts("ana@acme.example", frozenset({"agent"}), device_age=0, code_age=0)
AGAIN = AgentFacts("ana@acme.example", frozenset({"agent"}), device_age=3, code_age=72)
NO_IPAD = PlatformIs(frozenset({Platform.IPADOS}))
APP = "Rota/7 (iPhone; iOS 18.1)"
NIGHT, DAWN = time(1), time(5)


def effects(condition, header=MAC_SAFARI, **tried):
    """What each point says where one rule denies."""
    policy = Policy((Rule("1", "", Mode.ON, Effect.DENY, (condition,)),))
    points = at_each_point(policy, Tried(parse(header), NOW, "flex", **tried))
    return {it.name: it.decision.effect for it in points if it.decision}


def missing(**tried):
    return {it.name: it.why_not for it in at_each_point(Policy(), Tried(parse(IPHONE), NOW, **tried)) if it.why_not}


def test_touch_points_are_known_from_the_first_page_on_and_kept_with_the_phone():
    told = effects(NO_IPAD, touch_points=5, new=NEW, known=Known(AGAIN, 0))
    assert told[preview.ARRIVES] is None
    assert [told[it] for it in (preview.PAID, preview.RIGHT, preview.ANSWER)] == [Effect.DENY] * 3
    assert told[preview.REUSED] is Effect.ALLOW


def test_a_mac_without_touch_points_is_no_ipad_after_the_first_page():
    assert effects(NO_IPAD, touch_points=0)[preview.PAID] is Effect.ALLOW


def test_an_app_is_let_in_by_its_own_name_and_version():
    rota = Rule("1", "", Mode.ON, Effect.ALLOW, (AppIs(frozenset({"Rota"})), AppVersion("Rota", 7)))
    tried = Tried(parse(APP), NOW, "flex", app="Rota", new=NEW, known=Known(AGAIN, None))
    by_the_app = at_each_point(Policy((rota,), Effect.DENY), tried)[-2:]
    assert [it.decision.effect for it in by_the_app] == [Effect.ALLOW, Effect.ALLOW]


def test_a_rule_on_the_codes_age_differs_between_a_new_phone_and_a_signed_in_one():
    told = effects(CodeAge(48), new=NEW, known=Known(AGAIN, None))
    assert (told[preview.RIGHT], told[preview.ANSWER], told[preview.REUSED]) == (
        Effect.ALLOW, Effect.ALLOW, Effect.DENY,
    )  # fmt: skip


@pytest.mark.parametrize(
    "met_by_nobody", [NetworkIn(frozenset({"198.51.100.0/24"})), MomentWithin(frozenset(Weekday), NIGHT, DAWN, "UTC")]
)
def test_address_and_time_are_known_at_every_point(met_by_nobody):
    """A rule that could not tell would refuse."""
    told = effects(met_by_nobody, address="192.0.2.7", app="Rota", new=NEW, known=Known(AGAIN, None))
    assert (len(told), set(told.values())) == (7, {Effect.ALLOW})


def test_rules_of_another_service_stay_out():
    elsewhere = Policy((Rule("1", "", Mode.ON, Effect.DENY, (), scope=("rota",)),))
    here = at_each_point(elsewhere, Tried(parse(IPHONE), NOW, "flex"))
    there = at_each_point(elsewhere, Tried(parse(IPHONE), NOW, "rota"))
    assert (here[1].decision.effect, there[1].decision.effect) == (Effect.ALLOW, Effect.DENY)


def test_an_app_is_judged_by_its_name_and_version_and_never_by_touch_points():
    tried = {"app": "Rota", "touch_points": 0, "new": NEW, "known": Known(AGAIN, 0)}
    named = effects(AppIs(frozenset({"Rota"})), IPHONE, **tried)
    old = effects(AppVersion("Rota", 7), APP, **tried)
    touched = effects(NO_IPAD, MAC_SAFARI, **tried)
    assert (named[preview.APP_NEW], named[preview.APP_AGAIN]) == (Effect.DENY, Effect.DENY)
    assert (named[preview.RIGHT], old[preview.APP_NEW], old[preview.APP_AGAIN]) == (Effect.ALLOW, *[Effect.DENY] * 2)
    assert (touched[preview.RIGHT], touched[preview.REUSED]) == (Effect.ALLOW, Effect.ALLOW)
    assert (touched[preview.APP_NEW], touched[preview.APP_AGAIN]) == (Effect.DENY, Effect.DENY)


def test_without_an_agent_the_points_after_a_proof_say_what_is_missing():
    after = dict.fromkeys((preview.RIGHT, preview.ANSWER, preview.REUSED), preview.NOBODY)
    no_app = dict.fromkeys((preview.APP_NEW, preview.APP_AGAIN), preview.NO_APP)
    assert missing() == after | no_app
    assert missing(app="Rota") == dict.fromkeys([*after, *no_app], preview.NOBODY)


def test_an_agent_who_is_signed_in_nowhere_has_nothing_to_reuse():
    assert missing(new=NEW, app="Rota") == dict.fromkeys((preview.REUSED, preview.APP_AGAIN), preview.NOTHING_TO_REUSE)
