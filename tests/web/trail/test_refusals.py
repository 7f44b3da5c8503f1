"""From a refused sign-in: every rule's answer, then and now, and the ways on."""

import pytest
from django.contrib.auth.models import Permission

from idp.audit.models import Kind
from tests.conftest import an_agent
from tests.policies import publishing
from tests.user_agents import ANDROID
from tests.web.conftest import a_superuser, inside
from tests.web.pages.policy.test_publish import came
from tests.web.seeded import ANDROID_RULE

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.each_database]


@pytest.fixture
def rule(db):
    return publishing.in_force(ANDROID_RULE, name="No Android")


@pytest.fixture
def refused(rule):
    return came(an_agent(), ANDROID, kind=Kind.REFUSED, effect="deny", decided_by=str(rule.key), revision=2)


def page_of(event):
    return f"/admin/audit/loginevent/{event.pk}/change/"


def ways(page):
    return dict(page.context["next_steps"])


def test_a_refusal_links_to_its_rule_to_a_trial_and_to_the_revision_that_decided(admin, rule, refused):
    page = admin.get(page_of(refused))
    assert "No Android: yes" in page.text
    found = ways(page)
    assert found.pop("Try the rules with this sign-in").endswith("?try-way=past&try-past=7KQ2M-9TX4D#try")
    assert list(found) == ["Open the rule", "Open Revision 2, which decided"]
    assert {admin.get(it).status_code for it in found.values()} == {200}


def test_a_refusal_shows_the_result_by_todays_rules_and_by_the_draft(admin, rule, refused):
    assert "Revision 2: deny, by “No Android”" in admin.get(page_of(refused)).text
    publishing.begin_draft().rules.filter(key=rule.key).update(mode="off")
    page = admin.get(page_of(refused)).text
    assert "Revision 2: deny, by “No Android”" in page
    assert "Draft: allow, by default" in page


def test_trying_it_with_this_shows_the_verdict_of_the_rules_as_they_are_edited(admin, rule, refused):
    link = ways(admin.get(page_of(refused)))["Try the rules with this sign-in"]
    page = admin.get(link)
    assert page.context["try_form"]["past"].value() == "7KQ2M-9TX4D"
    assert "The sign-in of 2026-11-21 08:00 UTC, refused by the access policy" in page.text
    assert publishing.edited().number == 2, "looking begins no draft"


def test_a_trial_of_a_deleted_sign_in_says_that_it_is_gone(admin, rule):
    page = admin.get("/admin/policies/accessrule/?try-way=past&try-past=AAAAA-BBBBB")
    assert (page.status_code, "There is no sign-in with this reference to judge." in page.text) == (200, True)


def test_a_refusal_links_to_the_rule_as_it_is_now_unless_it_was_deleted(admin, rule, refused):
    drafted = publishing.begin_draft().rules.get(key=rule.key)
    assert f"/{drafted.pk}/" in ways(admin.get(page_of(refused)))["Open the rule"]
    drafted.delete()
    assert "Open the rule" not in ways(admin.get(page_of(refused)))


def test_a_refusal_without_recorded_facts_has_no_certain_result_today(admin, rule):
    event = came(an_agent(), "", kind=Kind.REFUSED, effect="deny", revision=2, judged={"client": ["browser"]})
    assert "Revision 2: that depends on what nobody had proved yet" in admin.get(page_of(event)).text


def test_admitted_sign_ins_offer_no_next_steps(admin, rule):
    assert ways(admin.get(page_of(came(an_agent(), ANDROID)))) == {}


def test_an_operator_who_sees_only_the_trail_gets_no_links(refused):
    looker = a_superuser("looker@acme.example", is_superuser=False)
    looker.user_permissions.set(Permission.objects.filter(codename="view_loginevent"))
    page = inside(looker).get(page_of(refused))
    assert (page.status_code, ways(page), "Let " in page.text) == (200, {}, False)
