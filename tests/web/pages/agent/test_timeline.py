"""The timeline of an agent, in plain words."""

from datetime import timedelta

from idp.audit import events
from idp.audit.models import Kind
from idp.web.pages.agent import timeline_words
from tests.conftest import NOW
from tests.devices import a_desktop, a_phone
from tests.web.pages.agent.agent_page import query_count, url, words
from tests.web.people_form import save
from tests.web.seeded import HERE, a_service


def record(agent, kind, minute=0, **more):
    return events.record(kind, HERE, NOW + timedelta(minutes=minute), agent=agent, **more)


def test_the_timeline_says_in_plain_words_what_the_agent_and_operators_did(admin, agent):
    a_service()
    device = a_phone(agent)
    record(agent, Kind.CODE_NOT_SENT, service="flex", detail="sms: landline (60205)")
    record(agent, Kind.SIGNED_IN, 1, service="flex", device=device, method="code")
    record(agent, Kind.REFUSED, 2, service="flex", detail="No Android")
    record(agent, Kind.CODE_GIVEN, 24 * 60, detail="SIM broken, by Olivia Operator")
    page = words(admin.get(url(agent, "timeline")))
    assert "Sunday, 22 November 2026 09:00:00 Was given a one-time code (SIM broken, by Olivia Operator)" in page
    assert "Signed in to Flex on iPhone, Safari, with a code by text or call" in page
    assert "Was refused at Flex (by No Android)" in page
    assert "A code for Flex could not be sent (text: landline (60205). This is a landline" in page


def test_each_event_links_to_the_trail(admin, agent):
    event = record(agent, Kind.CODE_SENT, service="flex")
    link = f'<a class="reference" href="/admin/audit/loginevent/{event.pk}/change/">{event.reference}</a>'
    assert link in admin.get(url(agent, "timeline")).text


def test_the_timeline_has_pages_and_shows_each_event_once(admin, agent):
    for nth in range(120):
        record(agent, Kind.CODE_SENT, nth, service="flex")
    seen, at = [], "?"
    while at:
        page = admin.get(f"{url(agent, 'timeline')}{at}")
        seen += [line.pk for day in page.context["days"] for line in day.lines]
        at = f"?before={page.context['older']}" if page.context["older"] else ""
    assert (len(seen), len(set(seen)), seen) == (120, 120, sorted(seen, reverse=True))
    assert admin.get(f"{url(agent, 'timeline')}?before=first").status_code == 200


def test_a_longer_timeline_takes_no_more_queries(admin, agent):
    record(agent, Kind.SIGNED_IN, service="flex", device=a_phone(agent))
    few = {page: query_count(admin, agent, page) for page in ("change", "timeline")}
    for nth in range(30):
        record(agent, Kind.SIGNED_IN, nth, service="flex", device=a_desktop(agent, NOW + timedelta(minutes=nth)))
    assert {page: query_count(admin, agent, page) for page in few} == few


def test_every_kind_of_event_about_an_agent_has_its_own_words():
    of_everybody = {Kind.EVERYONE_OUT, Kind.STOPPED, Kind.STOP_LIFTED, Kind.IMPORTED, Kind.IMPORT_UNDONE, Kind.EXPORTED}
    of_operators = {Kind.OPERATOR_IN, Kind.OPERATOR_OUT, Kind.OPERATOR_REFUSED, Kind.CONFIRMED, Kind.OWN_SIGN_IN}
    of_tables = {Kind.TRAIL_EXPORTED, Kind.WROTE}
    assert set(Kind) - of_everybody - of_operators - of_tables == set(timeline_words.SENTENCES)


def test_a_change_by_an_operator_shows_the_values_before_and_after(admin, agent):
    save(admin, agent, full_name="Ana Maria", flex_roles=["agent"])
    assert "Was changed (full name: Ana García → Ana Maria, by Olivia Operator)" in words(
        admin.get(url(agent, "timeline"))
    )
