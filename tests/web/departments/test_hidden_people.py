"""Pages for a supervisor leave out everybody outside their departments."""

import re

from idp.agents.models import Device, Reason
from idp.audit import acts, events
from idp.audit.events import Actor
from idp.audit.models import Kind
from idp.login.emergency import passes
from tests.conftest import NOW
from tests.web.departments.forged import MINE
from tests.web.people_form import DEVICES, LIST, filled
from tests.web.seeded import HERE


def test_a_history_names_who_acted_and_not_their_e_mail(place, admin):
    admin.post(f"{LIST}{place.ana.pk}/change/", filled(place.ana, email=MINE, department=place.theirs.pk))
    text = place.browser.get(f"{LIST}{place.ana.pk}/history/").text
    assert ("Olivia Operator" in text, "olivia@" in text) == (True, False)


def test_a_pass_names_who_gave_it_and_not_their_e_mail(place, operator, clock):
    passes.give(place.ana, passes.USUAL, operator, "New phone", origin=HERE, now=NOW)
    for page in (f"{LIST}{place.ana.pk}/timeline/", "/admin/audit/loginevent/"):
        text = place.browser.get(page).text
        assert ("Olivia Operator" in text, "olivia@" in text) == (True, False)


def test_a_phone_that_somebody_else_took_over_does_not_say_who(place, admin):
    phone, other = place.ana.devices.first(), place.ben.devices.first()
    Device.objects.filter(pk=phone.pk).update(replaced_by=other)
    shown, all_of_it = (it.get(f"{DEVICES}{phone.pk}/change/").text for it in (place.browser, admin))
    assert (str(other.pk) in shown, str(other.pk) in all_of_it) == (False, True)


def test_a_line_of_the_trail_leads_supervisors_to_no_page_of_operators(place):
    page = place.browser.get(f"/admin/audit/loginevent/{place.ana.events.first().pk}/change/")
    links = {it.split('"')[0] for it in page.text.split('href="/admin/')[1:]}
    assert {place.browser.get(f"/admin/{it}").status_code for it in links} == {200}
    assert ("what was sent" in page.text.lower(), "rules today" in page.text.lower()) == (False, False)


def test_the_page_of_an_agent_does_not_name_the_phone_of_somebody_else_that_took_over(place):
    phone, other = place.ana.devices.first(), place.ben.devices.first()
    Device.objects.filter(pk=other.pk).update(label="Big Ben")
    Device.objects.filter(pk=phone.pk).update(
        replaced_by=other, revoked_at=NOW, reason=Reason.HANDED_OVER, push_address="", push_provider=""
    )
    page = place.browser.get(f"{LIST}{place.ana.pk}/change/").text
    assert ("another agent signed in on it" in page, "Big Ben" in page) == (True, False)


def test_each_reference_of_a_timeline_leads_supervisors_to_its_line(place, admin):
    place.save(place.ana, full_name="Ana Alves")
    page = place.browser.get(f"{LIST}{place.ana.pk}/timeline/").text
    assert "(full name: Agent 1 → Ana Alves" in page
    lines = set(re.findall(r'class="reference" href="([^"]+)"', page))
    assert {place.browser.get(it).status_code for it in lines} == {200}


def test_an_event_about_another_departments_agent_answers_404(place, admin):
    admin.post(f"{LIST}{place.ben.pk}/switch/", {"to": "off"})
    with events.acting(Actor("Olivia Operator", HERE)):
        renamed = acts.record(Kind.CHANGED, acts.thing(place.ben), NOW, {"full_name": ["Agent 2", "Ben"]})
        sales = acts.record(Kind.CHANGED, acts.thing(place.theirs), NOW)
    assert {place.browser.get(f"/admin/audit/loginevent/{it.pk}/change/").status_code for it in (renamed, sales)} == {
        404
    }
