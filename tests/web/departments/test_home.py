"""What a supervisor sees first: their people, and a menu of what they may."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from idp.agents.models import Agent, Cutoff
from idp.audit import events
from idp.audit.models import Kind
from tests.conftest import NOW, an_agent
from tests.web.conftest import inside
from tests.web.seeded import HERE, a_number

HOME = "/admin/"


def part(place, name):
    return {str(it.agent): it.sentences for it in place.browser.get(HOME).context[name].lines}


def colleague(place, nth, **fields):
    return an_agent(a_number(nth), f"c{nth}@acme.example", full_name=f"C{nth}", department=place.theirs, **fields)


def test_agents_are_listed_by_whether_they_can_sign_in(place, clock):
    colleague(place, 10)
    colleague(place, 11, is_active=False)
    colleague(place, 12).numbers.all().delete()
    assert list(part(place, "signed_in")) == ["Agent 1"]
    assert part(place, "others") == {"C10": ()}
    assert part(place, "cannot") == {
        "C11": ("Switched off.",),
        "C12": ("Has no mobile number, so no code can be sent.",),
    }


@pytest.mark.parametrize("kind", [Kind.REFUSED, Kind.CODE_NOT_SENT, Kind.CODE_WRONG, Kind.CODE_UNKNOWN])
def test_an_agent_whose_last_attempt_failed_is_listed_until_one_succeeds(place, clock, kind):
    late = colleague(place, 10)
    events.record(kind, HERE, NOW, agent=late)
    assert "2026-11-21 09:00 UTC; reference 7KQ2M-9TX4D." in part(place, "cannot")["C10"][0]
    events.record(Kind.SIGNED_IN, HERE, NOW, agent=late)
    assert part(place, "cannot") == {}


def test_an_agent_signed_out_with_everyone_is_not_listed_as_signed_in(place, clock, operator):
    Cutoff.objects.create(at=NOW, by=operator, why="test")
    assert (part(place, "signed_in"), list(part(place, "others"))) == ({}, ["Agent 1"])


def test_the_menu_links_only_to_pages_open_to_supervisors(place, clock):
    page = place.browser.get(HOME)
    links = {it.split('"')[0] for it in page.text.split('href="')[1:] if it.startswith("/admin/")}
    assert {"/admin/agents/agent/add/", "/admin/agents/agent/import/"} <= links
    assert {place.browser.get(it).status_code for it in links} == {200}


@pytest.mark.parametrize(
    ("path", "name"),
    [("agents/agent", "Your agents"), ("agents/device", "Phones and computers"), ("audit/loginevent", "Trail")],
)
def test_lists_are_called_as_people_call_them(place, path, name):
    assert f"<h1>{name}</h1>" in place.browser.get(f"{HOME}{path}/").text


def test_a_supervisor_without_a_sign_in_of_their_own_is_asked_to_set_it_up(place):
    asked = "Set up your own sign-in"
    assert asked in place.browser.get(HOME).text
    place.sue.set_password("correct horse battery")
    place.sue.save()
    assert asked not in inside(place.sue).get(HOME).text


def test_the_home_page_takes_no_more_queries_for_more_people(place, clock):
    queries(place)  # what a process reads once is read now
    more(place, range(20, 21))
    few = queries(place)
    more(place, range(21, 40))
    assert queries(place) == few


def more(place, nths):
    for nth in nths:
        events.record(Kind.REFUSED, HERE, NOW, agent=colleague(place, nth))
        colleague(place, nth + 20)


def queries(place):
    with CaptureQueriesContext(connection) as asked:
        assert place.browser.get(HOME).status_code == 200
    return len(asked)


def test_of_many_agents_the_first_are_listed_and_the_others_counted(place, clock):
    Agent.objects.bulk_create(
        Agent(email=f"m{nth}@acme.example", full_name=f"M{nth}", department=place.theirs) for nth in range(60)
    )
    shown = place.browser.get(HOME).context["cannot"]
    assert (shown.count, len(shown.lines), shown.more) == (60, 50, 10)
