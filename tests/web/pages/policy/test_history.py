"""The history of the access policy in the admin, and how often its rules matched."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission

from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.audit.statistics import rule_counts
from idp.audit.statistics.rule_counts import RuleCount
from tests.conftest import NOW
from tests.policies import publishing
from tests.web.conftest import a_superuser, inside
from tests.web.seeded import ANDROID_RULE

PAGE = "/admin/policy/history/"
HERE = Origin(None, "", "7KQ2M-9TX4D")

pytestmark = pytest.mark.usefixtures("clock")


def came(ago, decided_by="default", *watching, kind=Kind.SIGNED_IN):
    would_have = [{"rule": str(it), "effect": "deny"} for it in watching]
    return events.record(kind, HERE, NOW - ago, decided_by=str(decided_by), would_have=would_have)


def test_each_revision_says_what_it_changed_when_by_whom_and_why(admin, operator):
    publishing.drafted(ANDROID_RULE, name="No Android")
    publishing.publish("Lost phones", author=operator.pk, now=NOW)
    page = admin.get(PAGE).text
    assert "Added “No Android” as no. 2, on: Deny if the platform is Android" in page
    assert f"21 November 2026, 09:00 UTC, by {operator}: Lost phones" in page
    assert "/admin/policy/publish/?to=1" in page


def test_any_two_revisions_are_compared(admin):
    publishing.in_force(ANDROID_RULE, name="First")
    publishing.in_force(ANDROID_RULE, name="Second")
    compared = admin.get(PAGE, {"from": "1", "to": "3"}).context["compared"]
    assert [it.sentence.split(",")[0] for it in compared["changes"]] == [
        "Added “First” as no. 2",
        "Added “Second” as no. 3",
    ]
    assert "There is no difference" in admin.get(PAGE, {"from": "2", "to": "2"}).text


@pytest.mark.parametrize("asked", [{"from": "1"}, {"from": "1", "to": "99"}, {"from": "x", "to": "²"}])
def test_an_unknown_revision_cannot_be_compared(admin, asked):
    page = admin.get(PAGE, asked)
    assert (page.status_code, "Choose two revisions from the lists" in page.text) == (200, True)


def test_rules_are_counted_by_week_and_month_through_all_revisions(db):
    on, watching = uuid4(), uuid4()
    for days in (1, 6, 8, 29, 31):
        came(timedelta(days=days), on, watching)
    came(timedelta(hours=1), "default", watching)
    found = rule_counts.counts(NOW)
    assert found[str(on)] == RuleCount(2, 4, 0, 0, NOW - timedelta(days=1))
    assert found[str(watching)] == RuleCount(0, 0, 3, 5, NOW - timedelta(hours=1))


def test_a_sign_in_of_an_app_counts_once_though_the_trail_has_two_lines(db):
    came(timedelta(hours=2), kind=Kind.PROVED)
    came(timedelta(hours=1))
    assert rule_counts.counts(NOW)["default"].on_month == 1


def test_counting_takes_three_queries_however_many_rules_there_are(db, django_assert_num_queries):
    for _ in range(5):
        came(timedelta(hours=1), uuid4(), uuid4(), uuid4())
    with django_assert_num_queries(3):
        assert len(rule_counts.counts(NOW)) == 15


def test_the_page_says_how_often_the_rules_in_force_matched(admin):
    rule = publishing.in_force(ANDROID_RULE, name="No Android", mode="watch")
    came(timedelta(days=10), "default", rule.key)
    came(timedelta(hours=1), "default", rule.key)
    page = admin.get(PAGE).text
    assert (
        "No Android (watch only): would have matched 2 sign-ins in 30 days, 1 in 7; last 2026-11-21 08:00 UTC" in page
    )


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (NOW - timedelta(days=40), "has matched nobody in 30 days"),
        (NOW - timedelta(hours=1), "has matched nobody since it came into force, 2026-11-21 08:00 UTC"),
        (None, "new: not in force yet, so it has matched nobody"),
    ],
)
def test_a_rule_that_matched_nobody_says_since_when_it_is_in_force(first, said):
    assert RuleCount().sentence(first, NOW) == said


def test_a_rule_is_in_force_since_the_first_revision_that_holds_it(db):
    rule = publishing.in_force(ANDROID_RULE)
    publishing.drafted(ANDROID_RULE, name="later")
    publishing.publish("again", now=NOW)
    fresh = publishing.drafted(ANDROID_RULE, name="new")
    since = publishing.publishing.in_force_since([rule.key, fresh.key])
    assert since == {str(rule.key): publishing.AT}


def test_many_revisions_come_in_pages_with_few_queries(admin, django_assert_max_num_queries):
    for nth in range(22):
        publishing.in_force(ANDROID_RULE, name=f"Rule {nth}")
    with django_assert_max_num_queries(15):
        page = admin.get(PAGE)
    assert len(page.context["entries"]) == 20
    assert [it.revision.number for it in admin.get(PAGE, {"page": "2"}).context["entries"]] == [3, 2, 1]


def test_an_operator_who_may_only_look_sees_no_way_back_and_others_see_nothing(db):
    looker = a_superuser("looker@acme.example", is_superuser=False)
    assert inside(looker).get(PAGE).status_code == 403
    looker.user_permissions.set(Permission.objects.filter(codename="view_policyrevision"))
    publishing.in_force(ANDROID_RULE)
    page = inside(looker).get(PAGE)
    assert (page.status_code, "Go back to this" in page.text) == (200, False)
