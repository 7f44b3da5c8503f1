"""Access rules at the command line: tried, explained, exported, tested and imported."""

import json
from datetime import timedelta

import pytest
from django.core.management.base import CommandError
from django.db import models

from idp import clock
from idp.agents.models import AccessPass
from idp.audit.models import LoginEvent
from idp.login import access_decision
from idp.login.request_facts import RequestFacts
from idp.policies import in_force, user_agents
from idp.policies.access.conditions import NetworkIn, PlatformIs
from idp.policies.models import AccessRule, PolicyRevision
from idp.policies.user_agents import Platform
from tests.conftest import NOW
from tests.policies import publishing
from tests.policies.editing.test_policy_file import a_file
from tests.user_agents import ANDROID, IPHONE
from tests.web.commands import run
from tests.web.seeded import HERE

NO_ANDROID = PlatformIs(frozenset({Platform.ANDROID}))


def trial(user_agent, *more):
    return json.loads(run("try_policy", "--user-agent", user_agent, *more, "--json")[0])


def test_a_draft_can_be_tried_before_it_counts(db):
    publishing.drafted(NO_ANDROID, name="No Android")
    assert (trial(ANDROID)["decision"], trial(ANDROID)["revision"]) == ("allow", 1)
    tried = trial(ANDROID, "--draft")
    assert (tried["decision"], tried["decided_by"], tried["revision"]) == ("deny", "No Android", "draft")


def test_an_address_can_be_tried(db):
    publishing.in_force(NetworkIn(frozenset({"192.0.2.0/24"})), name="Home")
    assert trial(IPHONE, "--address", "192.0.2.7")["decision"] == "deny"
    assert trial(IPHONE, "--address", "198.51.100.7")["decision"] == "allow"


def test_an_agent_with_a_pass_is_let_in_as_at_a_sign_in(agent):
    publishing.in_force(NO_ANDROID, name="No Android")
    assert trial(ANDROID, "--agent", agent.email)["decision"] == "deny"
    AccessPass.objects.create(agent=agent, given_at=clock.now(), until=clock.now() + timedelta(hours=1), why="Rota")
    tried = trial(ANDROID, "--agent", agent.email)
    assert (tried["decision"], tried["decided_by"]) == ("allow", "pass")


def test_without_any_revision_nobody_enters_and_none_is_named(db):
    models.QuerySet(AccessRule).delete()
    models.QuerySet(PolicyRevision).delete()
    tried = trial(IPHONE)
    assert (tried["decision"], tried["decided_by"], tried["revision"]) == ("deny", "fault", "none")


# Why


def a_refusal(agent):
    facts = RequestFacts(None, None, None, user_agents.parse(ANDROID), None, HERE)
    decision = access_decision.decide("flex", facts, None, NOW, touch_points=None)
    fields = access_decision.recorded(decision)
    LoginEvent.objects.create(
        at=NOW, kind="refused", service="flex", user_agent=ANDROID, reference=HERE.reference, **fields
    )


def test_why_names_every_rule_of_the_revision_that_decided_even_if_another_is_in_force(agent):
    rule = publishing.in_force(NO_ANDROID, name="No Android")
    a_refusal(agent)
    publishing.withdraw(rule)
    out, _ = run("why", HERE.reference)
    assert "Decision: deny, by revision 2" in out
    assert "Rules: No in-app browsers: no (the client is a web view); No Android: yes" in out
    (event,) = json.loads(run("why", HERE.reference, "--json")[0])
    assert (event["decision"], event["revision"]) == ("deny", 2)
    assert [(it["rule"], it["answer"]) for it in event["trace"]] == [
        ("No in-app browsers", "no"),
        ("No Android", "yes"),
    ]


# Files


@pytest.fixture
def file(tmp_path, db):
    return tmp_path / "access.json"


def test_rules_go_out_are_changed_and_come_back_as_a_draft(file):
    run("policy_file", "export", str(file))
    policy = json.loads(file.read_text())
    policy["rules"][0]["mode"] = "on"
    policy["cases"] = [{"user_agent": IPHONE, "expect": "allow"}]
    file.write_text(json.dumps(policy))
    out, told = run("policy_file", "import", str(file))
    assert out == "“No in-app browsers” is on, was watch only\n"
    assert "1 cases pass." in told
    assert in_force.policy().number == 1
    publishing.publish()
    run("policy_file", "export", str(file))
    assert json.loads(file.read_text()) == policy


def test_a_file_whose_cases_fail_is_not_imported(file):
    file.write_text(a_file({"name": "My phone", "user_agent": IPHONE, "expect": "deny"}))
    for act in ("test", "import"):
        with pytest.raises(CommandError, match="1 of 1 cases fail"):
            run("policy_file", act, str(file))
    assert publishing.edited().number == 1


def test_a_draft_of_somebody_is_not_written_over_unasked(file):
    publishing.drafted(name="Somebody's work")
    file.write_text(a_file())
    with pytest.raises(CommandError, match="There is a draft already"):
        run("policy_file", "import", str(file))
    run("policy_file", "import", str(file), "--replace")
    assert [it.name for it in publishing.edited().rules.all()] == ["Bosses", "No Android"]


def test_a_file_that_says_what_is_in_force_leaves_no_draft(file):
    run("policy_file", "export", str(file))
    assert "in force already" in run("policy_file", "import", str(file))[1]
    assert publishing.edited().number == 1


def test_a_file_that_cannot_be_written_gets_a_sentence(file):
    for path in (file / "in no folder", file.parent):
        with pytest.raises(CommandError, match=str(path)):
            run("policy_file", "export", str(path))


@pytest.mark.parametrize(("content", "sentence"), [(None, "cannot be read"), ("{", "not JSON")])
def test_a_file_that_is_none_gets_a_sentence(file, content, sentence):
    if content is not None:
        file.write_text(content)
    with pytest.raises(CommandError, match=sentence):
        run("policy_file", "test", str(file))
