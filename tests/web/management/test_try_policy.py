"""The command `try_policy`: what the access policy decides for a made-up attempt."""

import pytest
from django.core.management import CommandError

from idp.agents.models import Agent
from idp.policies.access.conditions import PlatformIs, RoleIs, TextContains
from idp.policies.user_agents import Platform
from tests.conftest import an_agent
from tests.policies import publishing
from tests.user_agents import ANDROID, DESKTOP, FLEX_MOBILE_IOS, IPHONE
from tests.web.commands import run, run_json
from tests.web.seeded import a_rule, a_service

MAC_OR_IPAD = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Safari/605.1.15"
)


def trial(user_agent, *more):
    return run_json("try_policy", "--user-agent", user_agent, *more)


@pytest.mark.parametrize(
    ("user_agent", "understood"),
    [
        (IPHONE, {"platform": "ios", "form": "phone", "web_view": "no"}),
        (FLEX_MOBILE_IOS, {"platform": "ios", "form": "phone", "web_view": "yes"}),
        (DESKTOP, {"platform": "windows", "form": "desktop", "web_view": "no"}),
        (MAC_OR_IPAD, {"platform": "ipados|macos", "form": "desktop|tablet", "web_view": "no"}),
        ("", {"platform": "unknown", "form": "unknown", "web_view": "unknown"}),
    ],
)
def test_try_policy_says_what_was_understood(db, user_agent, understood):
    answer = trial(user_agent)
    assert {name: answer["user_agent"][name] for name in understood} == understood
    assert answer["decision"] == "allow"


@pytest.mark.parametrize(
    ("asked", "user_agent", "decision"),
    [
        (PlatformIs(frozenset({Platform.ANDROID})), ANDROID, "deny"),
        (PlatformIs(frozenset({Platform.ANDROID})), IPHONE, "allow"),
        (PlatformIs(frozenset({Platform.ANDROID})), "", "deny"),
        (TextContains("Mobile"), IPHONE, "deny"),
        (TextContains("Mobile"), DESKTOP, "allow"),
        (PlatformIs(frozenset({Platform.IPADOS})), MAC_OR_IPAD, "undecided"),
        (RoleIs(frozenset({"supervisor"})), DESKTOP, "undecided"),
    ],
)
def test_try_policy_decides_as_a_sign_in_would(db, asked, user_agent, decision):
    a_rule("The rule", asked)
    answer = trial(user_agent)
    assert answer["decision"] == decision
    assert [it["rule"] for it in answer["trace"]] == ["No in-app browsers", "The rule"]


def test_try_policy_knows_an_agents_roles_and_touch_points(db):
    a_rule("No supervisors on iPads", RoleIs(frozenset({"supervisor"})), PlatformIs(frozenset({Platform.IPADOS})))
    an_agent(roles=("supervisor", "wfo.team_leader"))
    as_ana = ("--agent", "ana@acme.example")
    assert trial(MAC_OR_IPAD, *as_ana, "--touch-points", "5")["decision"] == "deny"
    assert trial(MAC_OR_IPAD, *as_ana, "--touch-points", "0")["decision"] == "allow"
    assert trial(MAC_OR_IPAD, *as_ana)["decision"] == "undecided"


def test_try_policy_refuses_for_a_service_or_an_agent_that_is_switched_off(agent):
    a_service(enabled=False)
    assert trial(IPHONE, "--sp", "flex")["decided_by"] == "guardrail:service"
    Agent.objects.update(is_active=False)
    assert trial(IPHONE, "--agent", agent.email)["decided_by"] == "guardrail:agent"


def test_try_policy_names_the_rule_its_message_and_what_watching_would_do(db):
    a_rule("Watching", mode="watch")
    a_rule("Refusing", message="Not on Android.")
    answer = trial(ANDROID)
    assert (answer["decided_by"], answer["message"]) == ("Refusing", "Not on Android.")
    assert answer["would_have"] == [{"rule": "Watching", "effect": "deny"}]


def test_try_policy_denies_while_a_rule_is_broken(db):
    publishing.broken([{"kind": "moon phase"}])
    assert trial(DESKTOP)["decision"] == "deny"


def test_try_policy_speaks_to_people_too(db):
    a_rule("No Android")
    out, _ = run("try_policy", "--user-agent", IPHONE)
    assert out.splitlines() == [
        "allow by default",
        "understood as: iPhone, Safari; platform ios, form phone, web_view no",
        "  No in-app browsers: no (the client is a web view)",
        "  No Android: no (the platform is Android)",
    ]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--sp", "nowhere"], "There is no service called nowhere."),
        (["--agent", "a@b.example"], "Nobody has the email"),
    ],
)
def test_try_policy_says_what_it_does_not_know(db, more, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("try_policy", "--user-agent", IPHONE, *more)
