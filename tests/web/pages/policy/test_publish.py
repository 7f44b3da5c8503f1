"""Publishing the access policy in the admin: whom it would change, the guard, and what is typed to pass it."""

import csv
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from idp.agents import devices
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.policies import in_force, user_agents
from idp.policies.access import recorded_attempts
from idp.policies.access.conditions import FormIs
from idp.policies.access.decisions import Attempt
from idp.policies.access.facts import AgentFacts, gather
from idp.policies.models import PolicyRevision
from idp.policies.user_agents import Form
from tests.conftest import NOW, an_agent
from tests.policies import publishing
from tests.user_agents import ANDROID, IPHONE
from tests.web.conftest import a_superuser, inside
from tests.web.pressing import press
from tests.web.seeded import ANDROID_RULE, a_number

PAGE = "/admin/policy/publish/"
CSV = f"{PAGE}who-would-change.csv"

pytestmark = pytest.mark.usefixtures("clock")


def came(agent, header, *, ago=timedelta(hours=1), device=None, kind=Kind.SIGNED_IN, judged=None, **more):
    """A sign-in as the trail keeps it."""
    at = NOW - ago
    facts = gather(
        user_agents.parse(header),
        touch_points=None,
        address="192.0.2.7",
        now=at,
        agent=AgentFacts(agent.email, frozenset({"agent"})),
    )
    stored = recorded_attempts.to_json(Attempt("flex", facts)) if judged is None else judged
    origin = Origin("192.0.2.7", header, "7KQ2M-9TX4D")
    return events.record(kind, origin, at, agent=agent, device=device, service="flex", judged=stored, **more)


def a_floor(androids, iphones):
    """So many agents, each with one sign-in."""
    agents = [an_agent(a_number(it), f"agent-{it}@acme.example", full_name=f"Agent {it}") for it in range(9)]
    agents = agents[: androids + iphones]
    for nth, agent in enumerate(agents):
        came(agent, ANDROID if nth < androids else IPHONE)
    return agents


@pytest.fixture
def no_android(operator):
    return publishing.drafted(ANDROID_RULE, name="No Android")


def test_newly_refused_agents_are_named_with_phone_and_last_sign_in(admin, no_android):
    first, *_ = a_floor(1, 5)
    device = devices.enrol(first, devices.Browser("mobile", "Pixel, Chrome", "android", None), None, NOW).device
    came(first, ANDROID, device=device, ago=timedelta(minutes=5))
    page = admin.get(PAGE).text
    assert "Added “No Android”" in page
    assert "1 of them would be newly refused" in page
    assert "Newly refused: 1 agent, 2 sign-ins" in page
    assert f"Agent 0</a></th><td>{device.label}</td><td>1 of 2</td><td>2026-11-21 08:55" in page


def test_a_change_that_refuses_nobody_is_published_at_once_and_its_numbers_are_in_the_history(
    admin, no_android, operator
):
    a_floor(1, 5)
    assert "Revision 2 is in force" in press(admin, admin.get(PAGE), "Publish", reason="Lost phones").text
    line = LogEntry.objects.get(change_message__startswith="Published")
    assert (line.user, line.change_message) == (
        operator,
        "Published: Lost phones. Of 6 agents of the last 30 days: 1 newly refused, 0 newly asked for a code, "
        "0 newly let in, 0 cannot be judged.",
    )


def test_refusing_over_a_fifth_of_the_agents_takes_typing_their_number(admin, no_android):
    a_floor(2, 5)
    page = press(admin, admin.get(PAGE), "Publish", typed="3", reason="Meant so")
    assert (page.status_code, in_force.policy().number) == (422, 1)
    assert "This would refuse 2 of 7 agents, more than 20 %" in page.text
    assert "Revision 2 is in force" in press(admin, page, "Publish", typed="2").text
    assert PolicyRevision.objects.live().get().reason == "Meant so"


def test_refusing_everybody_takes_typing_a_word_as_well(admin, no_android):
    a_floor(3, 0)
    page = press(admin, admin.get(PAGE), "Publish", typed="3")
    assert "This would refuse everyone" in page.text
    assert "Revision 2 is in force" in press(admin, page, "Publish", typed="3 everyone").text


def test_the_publish_button_of_the_list_asks_for_confirmation_if_many_would_be_refused(admin, no_android):
    a_floor(3, 0)
    page = admin.post(PAGE, {"seen": str(publishing.publishing.seen()), "reason": "No Android here"})
    assert (page.status_code, in_force.policy().number) == (200, 1)
    assert 'value="No Android here"' in page.text
    assert "Revision 2 is in force" in press(admin, page, "Publish", typed="3 everyone").text


def test_the_page_warns_operators_that_it_would_refuse_them(admin, operator):
    publishing.drafted(FormIs(frozenset({Form.PHONE}), negated=True), name="Phones only")
    page = press(admin, admin.get(PAGE), "Publish", typed="")
    assert "It would refuse you in this browser" in page.text
    assert in_force.policy().number == 1
    assert "Revision 2 is in force" in press(admin, page, "Publish", typed="me").text


def test_the_operators_own_phone_counts_as_well(admin, operator, no_android):
    a_floor(0, 7)
    came(operator, ANDROID)
    page = admin.get(PAGE)
    assert "It would have refused you on a phone, last on 21 November, 08:00 UTC." in page.text
    press(admin, page, "Publish", typed="")
    assert in_force.policy().number == 1


def test_refusals_of_unrecognised_devices_and_unjudged_sign_ins_are_counted(admin, no_android):
    ana = an_agent()
    came(ana, "something else entirely")
    came(ana, ANDROID, judged={"client": ["browser"]})
    page = admin.get(PAGE).text
    assert "1 of the sign-ins, on 1 phone or computer, would be refused only because Latchkey cannot tell" in page
    assert "Cannot be judged: 1 agent, 1 sign-in" in page


def test_only_the_last_30_days_count(admin, no_android):
    came(an_agent(), ANDROID, ago=timedelta(days=31))
    assert "Nobody signed in within 30 days" in admin.get(PAGE).text


def test_an_overtaken_operator_publishes_nothing_and_keeps_the_typed_reason(admin, no_android):
    page = admin.get(PAGE)
    publishing.drafted(ANDROID_RULE, name="Another")
    late = press(admin, page, "Publish", reason="My own words")
    assert (late.status_code, in_force.policy().number) == (409, 1)
    assert "Somebody has changed the access rules since" in late.text
    assert 'value="My own words"' in late.text
    assert "Added “Another”" in late.text


def test_without_a_reason_nothing_is_published(admin, no_android):
    page = press(admin, admin.get(PAGE), "Publish", reason=" ")
    assert (page.status_code, in_force.policy().number) == (422, 1)


@pytest.mark.parametrize("to", ["", "7", "x", "²", "9" * 30])
def test_without_anything_to_publish_the_list_says_so(admin, to):
    for ask in (admin.get, admin.post):
        page = ask(PAGE, {"to": to}, follow=True)
        assert (page.status_code, "There is no" in page.text) == (200, True)


def test_going_back_takes_the_same_page_and_guard(admin, operator):
    publishing.in_force(ANDROID_RULE, name="No Android")
    publishing.only()
    a_floor(2, 1)
    page = admin.get(PAGE, {"to": "2"})
    assert "Added “No Android”" in page.text
    stopped = press(admin, page, "Publish", typed="")
    assert stopped.status_code == 422
    assert "the same as Revision 2" in press(admin, stopped, "Publish", typed="2").text
    assert PolicyRevision.objects.live().get().restored.number == 2


@pytest.mark.parametrize("is_open", [True, False])
def test_after_going_back_an_open_draft_is_mentioned_as_it_may_hold_what_was_taken_back(admin, is_open):
    publishing.in_force(ANDROID_RULE, name="No Android")
    if is_open:
        publishing.drafted(name="Another")
    page = press(admin, admin.get(PAGE, {"to": "1"}), "Publish")
    assert ("may hold what you have just taken back" in page.text) is is_open


def test_all_affected_agents_can_be_downloaded_as_csv_without_formulas(admin, no_android):
    ana = an_agent(full_name="=HYPERLINK(1)")
    bo = an_agent("+12015550102", "bo@acme.example", full_name="\uff1dHYPERLINK(1)")
    came(ana, ANDROID)
    came(bo, ANDROID, ago=timedelta(hours=2))
    sent = b"".join(admin.get(CSV).streaming_content).decode()
    line, other = csv.DictReader(sent.splitlines())
    assert (line["what"], line["agent"], line["email"]) == ("newly refused", "'=HYPERLINK(1)", ana.email)
    assert (line["sign-ins"], line["of those let in"], line["user agent"]) == ("1", "1", ANDROID)
    assert other["agent"] == "'\uff1dHYPERLINK(1)"


def test_publishing_and_seeing_names_take_a_right_each(no_android):
    a_floor(1, 1)
    publisher = a_superuser("publisher@acme.example", is_superuser=False)
    browser = inside(publisher)
    assert {browser.get(it).status_code for it in (PAGE, CSV)} == {403}
    assert browser.post(PAGE).status_code == 403
    publisher.user_permissions.set(Permission.objects.filter(codename="change_policyrevision"))
    browser = inside(publisher)
    page = browser.get(PAGE).text
    assert "Newly refused: 1 agent" in page
    assert "Agent 0" not in page
    assert browser.get(CSV).status_code == 403
