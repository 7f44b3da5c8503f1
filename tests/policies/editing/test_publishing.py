"""The life of a policy: installed, drafted, published, gone back to; and what the tables refuse."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from idp.policies import in_force
from idp.policies.access.rules import Effect, Mode
from idp.policies.editing import publishing
from idp.policies.editing.publishing import CannotPublish
from idp.policies.models import AccessRule, PolicyRevision, Stop, Unchangeable
from tests.conftest import NOW, an_operator
from tests.policies.publishing import drafted, go_back, publish
from tests.policies.publishing import in_force as put_in_force

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]


def names():
    return [rule.name for rule in in_force.policy().rules]


def test_revision_1_lets_everybody_in_and_watches_in_app_browsers():
    policy = in_force.policy()

    assert (policy.number, policy.default) == (1, Effect.ALLOW)
    assert [(rule.name, rule.mode) for rule in policy.rules] == [("No in-app browsers", Mode.WATCH)]


def test_a_draft_counts_for_nothing_until_it_is_published():
    drafted(name="New")
    assert names() == ["No in-app browsers"]

    revision = publish("They asked for it", author=an_operator().pk, now=NOW)
    assert names() == ["No in-app browsers", "New"]
    assert (revision.number, revision.reason, revision.at, revision.author.email) == (
        2,
        "They asked for it",
        NOW,
        "olivia@acme.example",
    )


def test_a_rule_keeps_its_key_through_revisions():
    key = put_in_force(name="Kept").key
    put_in_force(name="Another")

    assert {str(it) for it in AccessRule.objects.filter(name="Kept").values_list("key", flat=True)} == {str(key)}
    assert AccessRule.objects.filter(name="Kept").count() == 2


def test_there_is_one_draft_and_a_second_operator_goes_on_with_it():
    assert publishing.begin_draft() == publishing.begin_draft()


def test_a_draft_thrown_away_leaves_nothing():
    drafted()
    publishing.discard()

    assert publishing.draft() is None
    assert AccessRule.objects.count() == 1


def test_a_newer_change_of_the_draft_is_not_discarded():
    drafted(name="First")
    looked_at = str(publishing.seen())
    drafted(name="Second")

    with pytest.raises(CannotPublish, match="changed or published the draft since"):
        publishing.discard(looked_at)
    assert publishing.draft().rules.filter(name="Second").exists()
    publishing.discard(str(publishing.seen()))
    assert publishing.draft() is None


def test_a_draft_that_changed_since_the_operator_looked_is_not_published():
    drafted(name="First")
    looked_at = str(publishing.seen())
    drafted(name="Slipped in meanwhile")

    with pytest.raises(CannotPublish, match="Somebody has"):
        publishing.publish(author=None, reason="x", now=NOW, looked_at=looked_at)
    assert publish().number == 2


def test_a_publication_in_between_stops_the_next_one():
    put_in_force(name="Two")
    drafted(name="Three")
    looked_at = str(publishing.seen())
    go_back(1)

    with pytest.raises(CannotPublish, match="Somebody has"):
        publishing.publish(author=None, reason="x", now=NOW, looked_at=looked_at)
    assert [it.name for it in publishing.draft().rules.all()][-1] == "Three"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_a_publication_says_why(reason):
    drafted()

    with pytest.raises(CannotPublish, match="Give a reason"):
        publish(reason)


def test_there_is_nothing_to_publish_without_a_draft_or_a_difference():
    with pytest.raises(CannotPublish, match="no draft"):
        publish()
    publishing.begin_draft()
    with pytest.raises(CannotPublish, match="same as the rules in force"):
        publish()


def test_going_back_makes_a_new_revision_of_the_old_words():
    put_in_force(name="Mistake")
    restored = go_back(1)

    assert names() == ["No in-app browsers"]
    assert (restored.number, restored.restored.number) == (3, 1)
    assert [it.state for it in PolicyRevision.objects.order_by("number")] == ["past", "past", "live"]


@pytest.mark.parametrize(("number", "why"), [(1, "same as the rules in force"), (9, "no revision 9")])
def test_there_is_no_going_back_to_what_is_in_force_or_never_was(number, why):
    with pytest.raises(CannotPublish, match=why):
        go_back(number)


def test_rewriting_a_draft_keeps_keys_and_order():
    kept = put_in_force(name="Kept").rule
    draft = publishing.begin_draft()
    publishing.rewrite(draft, [kept, *draft.policy.rules[:1]], Effect.DENY)
    publish()

    assert in_force.policy().rules[0].key == kept.key
    assert in_force.policy().default is Effect.DENY


# What is in force is read whole, once


def test_the_policy_in_force_costs_one_query_once_it_was_read():
    in_force.policy()

    with CaptureQueriesContext(connection) as asked:
        in_force.look()
    assert len(asked) == 1


def test_a_publication_counts_at_the_next_look():
    before = in_force.policy()
    put_in_force(name="New")

    assert in_force.policy().number == before.number + 1
    assert in_force.policy_of(before.number) == before


# What the tables refuse


def test_a_published_revision_cannot_be_changed_in_any_way():
    rule = put_in_force(name="Fixed")
    live = publishing.live()

    for act in (
        live.save,
        live.delete,
        rule.save,
        rule.delete,
        lambda: AccessRule.objects.update(mode="off"),
        AccessRule.objects.all().delete,
        lambda: AccessRule.objects.bulk_create([AccessRule(revision=live, position=9)]),
        lambda: PolicyRevision.objects.update(reason="another"),
        PolicyRevision.objects.all().delete,
    ):
        with pytest.raises(Unchangeable):
            act()


REVISION = {"number": 7, "reason": "x", "at": NOW}


@pytest.mark.parametrize(
    "fields",
    [
        {**REVISION, "state": "live"},
        {**REVISION, "state": "past", "number": 1},
        {**REVISION, "state": "past", "reason": ""},
        {**REVISION, "state": "past", "at": None},
        {**REVISION, "state": "past", "number": None},
        {**REVISION, "state": "maybe"},
        {**REVISION, "state": "past", "default_effect": "ask_code"},
        {"state": "draft", "number": 7},
    ],
    ids=str,
)
def test_the_database_refuses_a_revision_that_cannot_be(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyRevision.objects.create(**fields)


def test_the_database_refuses_a_second_draft():
    PolicyRevision.objects.create()

    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyRevision.objects.create()


@pytest.mark.parametrize("fields", [{"position": 1}, {"key": True}, {"mode": "maybe"}, {"effect": "explode"}])
def test_the_database_refuses_a_place_or_key_twice_and_unknown_words(fields):
    rule = drafted(name="One")
    twice = {"position": 99, "mode": "on", "effect": "deny", **fields}
    twice |= {"key": rule.key} if "key" in fields else {}

    with pytest.raises(IntegrityError), transaction.atomic():
        AccessRule.objects.create(revision=rule.revision, name="Two", **twice)


def test_the_database_refuses_a_second_stop_and_one_without_reason_or_lifted_before_it_began():
    Stop.objects.create(since=NOW, why="Stolen phones", lifted_at=NOW)
    Stop.objects.create(since=NOW, why="Stolen phones")

    for fields in ({"why": "Again"}, {"why": "", "lifted_at": NOW}, {"why": "x", "lifted_at": NOW - timedelta(1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Stop.objects.create(since=NOW, **fields)
