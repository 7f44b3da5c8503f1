"""A supervisor at the line: every address of the admin, against somebody of another department."""

import re

from django.urls import reverse

from idp.agents.models import Agent
from idp.importing.models import Import
from idp.saml.models import ServiceProvider
from idp.web.departments import supervisors
from tests.conftest import NOW
from tests.web.departments.forged import FORGED, STRANGE
from tests.web.departments.place import Place, addresses, changed, people, rows
from tests.web.people_form import LIST
from tests.web.seeded import everything


def filled_in(path, stand_ins):
    """An address with the row of somebody in place of what stands for it."""
    model = path.split("/admin/")[1].split("/<")[0]
    return re.sub(r"<(\w+):\w+>|\(\?P.*", lambda it: str(stand_ins.get(model) or stand_ins[it[1]]), path)


def strangers_rows(place):
    """A row of Ben's, or of the whole place, for each sort of address."""
    sp = ServiceProvider.objects.first()
    waiting = Import.objects.create(made_at=NOW, by=Agent.objects.get(email="olivia@acme.example"), file_name="b.csv")
    return {
        "agents/agent": place.ben.pk,
        "agents/agent/import": waiting.pk,
        "agents/device": place.ben.devices.first().pk,
        "agents/department": place.other.pk,
        "agents/supervisor": place.sue.supervisor.pk,
        "audit/loginevent": place.ben.events.first().pk,
        "saml/serviceprovider": sp.pk,
        "path": place.ben.pk,
        "uuid": place.ben.pk,
        "int": 1,
        "slug": sp.slug,
        "str": "a-link",
        None: "agents/",
    }


def test_a_page_that_is_not_open_to_supervisors_is_refused_and_changes_nothing(operator, keys):
    everything(operator, NOW)
    people(2)
    place = Place()
    stand_ins = strangers_rows(place)
    closed = {name: filled_in(path, stand_ins) for name, path in addresses() if name not in supervisors.OPEN}
    before = rows()
    answers = {
        (path, method): getattr(place.browser, method)(path, FORGED).status_code
        for name, path in closed.items()
        for method in ("get", "post")
        if name
    }
    assert len(answers) > 250
    assert {it: status for it, status in answers.items() if status != 403} == {}
    assert changed(before, rows()) == []


def test_an_unknown_address_answers_404_to_supervisors(place):
    for path in ("no/such/page/", f"agents/agent/{place.ben.pk}/", f"agents/agent/{place.ana.pk}", "agents/supervisor"):
        page = place.browser.get(f"/admin/{path}")
        assert page.status_code == 404
        assert "the app you came from" not in page.text


def test_a_closed_page_says_that_it_is_for_operators(place):
    page = place.browser.get(reverse("admin:costs"))
    assert (page.status_code, supervisors.ForOperators.sentence.removesuffix(".") in page.text) == (403, True)
    for agents_own in ("your supervisor", "Español", "/help"):
        assert agents_own not in page.text


def test_pages_open_to_supervisors_answer_404_for_agents_of_others(place):
    stand_ins = strangers_rows(place)
    open_to = {name: path for name, path in addresses() if name in supervisors.OPEN - supervisors.FOR_EVERYBODY}
    about = {name: filled_in(path, stand_ins) for name, path in open_to.items() if "<" in path and "(?P" not in path}
    before = rows()
    got = {name: place.browser.get(path).status_code for name, path in about.items()}
    posted = {name: place.browser.post(path, FORGED).status_code for name, path in about.items()}
    assert len(about) > 10
    assert {name for name, status in got.items() if status not in (404, 405)} == set()
    assert {name for name, status in posted.items() if status != 404} == {"import_progress"}  # 405: it is only read
    assert changed(before, rows()) == []


def test_no_page_names_agents_of_another_department(place):
    paths = [
        path for name, path in addresses() if name in supervisors.OPEN - supervisors.FOR_EVERYBODY and "<" not in path
    ]
    paths += ["/admin/agents/", "/admin/audit/", f"{LIST}{place.ana.pk}/change/", f"{LIST}{place.ana.pk}/history/"]
    asked = [f"{it}{more}" for it in paths if "(?P" not in it for more in ("", "?q=agent", "?all=", "?_popup=1")]
    pages = {it: place.browser.get(it).text for it in asked}
    told = {(it, word) for it, text in pages.items() for word in STRANGE if word in text}
    assert told == set()
    assert "Agent 1" in pages[LIST]
