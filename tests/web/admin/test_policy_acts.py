"""The access policy as a whole in the admin: publishing, going back, stopping, letting in."""

from datetime import timedelta

from idp.agents.models import AccessPass, Agent
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.policies import in_force
from idp.policies.models import PolicyRevision, Stop
from tests.conftest import NOW, an_agent
from tests.policies import publishing
from tests.web.conftest import a_superuser, inside
from tests.web.pressing import buttons, press
from tests.web.seeded import REFERENCE, a_rule

LIST = "/admin/policies/accessrule/"
REVISIONS = "/admin/policies/policyrevision/"


def test_the_list_says_what_publishing_would_change_and_who_wrote_it_down(admin, operator):
    press(admin, admin.get(LIST), "Save draft", default="deny")
    page = admin.get(LIST)
    assert "If no rule matches: deny, was allow" in page.text
    warned = press(admin, page, "Publish", reason="Only listed phones")
    press(admin, warned, "Publish", typed="me")
    live = PolicyRevision.objects.live().get()
    assert (live.default_effect, live.reason, live.author) == ("deny", "Only listed phones", operator)


def test_an_operator_who_was_overtaken_publishes_nothing(admin):
    press(admin, admin.get(LIST), "Block Android")
    page = admin.get(LIST)
    press(inside(a_superuser("second@acme.example")), admin.get(LIST), "Phones only")
    assert "Somebody has changed the access rules since" in press(admin, page, "Publish").text
    assert in_force.policy().number == 1


def test_a_draft_can_be_thrown_away(admin):
    press(admin, admin.get(LIST), "Block Android")
    assert "The draft is discarded" in press(admin, admin.get(LIST), "Discard the draft").text
    assert publishing.edited().number == 1


def test_the_page_that_publishes_says_without_a_draft_how_one_begins(admin):
    told = admin.get("/admin/policy/publish/", follow=True)
    assert told.redirect_chain == [(LIST, 302)]
    said = "There is no draft to publish. The rules below are in force; once you change one, a draft of them begins."
    assert f'<p class="info" role="status">{said}</p>' in told.text


def test_who_publishes_a_draft_that_is_gone_hears_that_it_is(admin):
    press(admin, admin.get(LIST), "Block Android")
    page = admin.get("/admin/policy/publish/")
    press(admin, admin.get(LIST), "Discard the draft")
    told = press(admin, page, "Publish").text
    assert "There is no draft to publish any more: it has been published or discarded since." in told


def test_a_draft_that_somebody_else_wrote_into_since_is_not_thrown_away(admin):
    publishing.drafted(name="Mine")
    page = admin.get(LIST)
    publishing.drafted(name="Theirs")
    told = press(admin, page, "Discard the draft").text
    assert "Somebody has changed or published the draft since." in told
    assert "Theirs" in told


def test_an_operator_goes_back_to_an_older_revision(admin):
    a_rule("A mistake")
    first = PolicyRevision.objects.get(number=1)
    assert "/admin/policy/publish/?to=1" in admin.get(f"{REVISIONS}{first.pk}/change/").text
    page = press(admin, admin.get("/admin/policy/publish/?to=1"), "Publish")
    assert "Revision 3, the same as Revision 1" in page.text
    assert "Removed “A mistake”" in admin.get(f"{REVISIONS}{PolicyRevision.objects.live().get().pk}/change/").text


def test_an_operator_who_may_only_view_gets_no_buttons_and_can_use_none(operator):
    from django.contrib.auth.models import Permission

    looker = a_superuser("looker@acme.example", is_superuser=False)
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    browser = inside(looker)
    publishing.drafted(name="Waiting")
    assert not {"Publish", "Block Android", "Discard the draft"} & set(buttons(browser.get(LIST)))
    acts = [f"{LIST}{it}/" for it in ("discard", "add")]
    acts += [LIST, f"{LIST}{publishing.edited().rules.first().pk}/change/"]
    acts += ["/admin/policy/publish/", "/admin/policy/publish/?to=1", "/admin/stop/"]
    assert {browser.post(it).status_code for it in acts} == {403}


# Stopping


def test_an_operator_stops_all_sign_ins_and_lets_people_in_again(admin, operator):
    press(admin, admin.get("/admin/stop/"), "Stop all sign-ins", why="Stolen phones")
    assert (Stop.objects.get().by, in_force.look().stopped) == (operator, True)
    assert "All sign-ins have been stopped since" in admin.get("/admin/").text
    page = admin.get("/admin/stop/")
    assert "nobody needs a code because of the stop" in page.text
    press(admin, page, "Let people sign in again")
    assert not in_force.look().stopped
    kinds = LoginEvent.objects.values_list("kind", flat=True)
    assert set(kinds) == {Kind.STOPPED, Kind.STOP_LIFTED}


def test_a_stop_says_why_and_there_is_one_at_a_time(admin):
    assert "Enter a reason" in press(admin, admin.get("/admin/stop/"), "Stop all sign-ins", why=" ").text
    admin.post("/admin/stop/", {"why": "One"})
    assert "stopped already" in admin.post("/admin/stop/", {"why": "Two"}, follow=True).text
    assert Stop.objects.count() == 1


def test_sign_ins_that_the_policy_failed_for_are_an_alarm(admin, clock):
    assert "The access rules could not be evaluated" not in admin.get("/admin/").text
    events.record(Kind.REFUSED, Origin(None, "", REFERENCE), NOW, decided_by="fault")
    assert "The access rules could not be evaluated for 1 sign-in within a day" in admin.get("/admin/").text
    clock.shift(timedelta(days=1))
    assert "The access rules could not be evaluated" not in admin.get("/admin/").text


# Letting in


def a_refused_sign_in(agent=None):
    return events.record(Kind.REFUSED, Origin(None, "", REFERENCE), NOW, agent=agent, decided_by="default")


def test_a_refused_agent_is_let_in_in_two_clicks(admin, agent, operator, clock):
    event = a_refused_sign_in(agent)
    page = admin.get(f"/admin/audit/loginevent/{event.pk}/change/")  # 1
    page = press(admin, page, f"Let {agent} in for 2 hours")  # 2
    given = AccessPass.objects.get()
    assert (given.agent, given.by, given.why) == (agent, operator, f"Refused sign-in {REFERENCE}")
    assert (given.until - given.given_at).total_seconds() == 2 * 60 * 60
    assert f"{agent} is exempt from the access rules until" in admin.get("/admin/").text


def test_the_operator_names_the_agent_if_nobody_was_proved(admin, agent, clock):
    page = admin.get(f"/admin/audit/loginevent/{a_refused_sign_in().pk}/change/")
    assert "Nobody has the email" in press(admin, page, "Let them in for 2 hours", email="nobody@acme.example").text
    press(admin, page, "Let them in for 2 hours", email=agent.email.upper())
    assert AccessPass.objects.get().agent == agent


def test_a_pass_is_given_and_taken_back_on_its_own_page(admin, clock):
    ana = an_agent()
    admin.post("/admin/agents/accesspass/add/", {"agent": ana.pk, "hours": "8", "why": "Her phone is new"})
    given = AccessPass.objects.get()
    chosen = {"action": "revoke_chosen", "_selected_action": [given.pk]}
    assert "1 revoked" in admin.post("/admin/agents/accesspass/", chosen, follow=True).text
    assert set(LoginEvent.objects.values_list("kind", flat=True)) == {Kind.PASS_GIVEN, Kind.PASS_ENDED}
    assert Agent.objects.get(pk=ana.pk).passes.get().ended_at is not None


def test_no_character_that_a_database_refuses_comes_past_the_fields_that_no_form_checks(admin, agent, operator):
    refused = LoginEvent.objects.create(at=NOW, kind="refused", service="flex", reference="7KQ2M-9TX4D")
    admin.post(f"/admin/audit/loginevent/{refused.pk}/let-in/", {"email": f"\0{agent.email}", "why": "New \0phone"})
    admin.post("/admin/stop/", {"why": "Stolen \0phones"})
    assert (AccessPass.objects.get().why, Stop.objects.get().why) == ("New phone", "Stolen phones")
