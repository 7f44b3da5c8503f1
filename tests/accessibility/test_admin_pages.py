"""Every page of the admin in Chromium: no violations by axe, no sideways scroll, nothing on the console.

And no template names what its view does not give.
"""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.staticfiles.handlers import StaticFilesHandler

from idp import background
from idp.agents.models import Agent
from tests import tables
from tests.accessibility import admin_looks, admin_place, admin_visits, axe
from tests.accessibility.boxes import LARGE
from tests.web.conftest import a_superuser, inside

BEYOND = "() => { const it = document.querySelector('.results'); return it.scrollWidth - it.clientWidth }"
"""By how many pixels a list is wider than what is seen of it."""
NARROWER = """
() => {
  const it = document.querySelector("#changelist");
  return it.parentElement.clientWidth - Math.round(it.getBoundingClientRect().width);
}
"""
"""By how many pixels a list is narrower than its page."""
ABOVE_TEXT = """
() => [...document.querySelectorAll("tbody tr:last-child > *, tfoot tr > *")]
  .map((it) => getComputedStyle(it).paddingTop)
"""
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("every_name_is_given")]


def names(patterns):
    """All names of addresses, at any depth."""
    for it in patterns:
        yield from names(it.url_patterns) if hasattr(it, "url_patterns") else filter(None, [it.name])


def test_every_page_of_the_admin_is_visited():
    of_tables = {
        f"{admin_visits.name_of(model)}_{page}" for model in admin.site._registry for page in admin_visits.STOCK
    }
    known = of_tables | set(admin_visits.OWN) | admin_visits.SHOW_NO_PAGE
    assert set(names(admin.site.get_urls())) - known == set()


@pytest.fixture(scope="module")
def files_are_kept():
    """Browsers keep styles and scripts; by the clock of the tests they may be old when they come."""
    found = StaticFilesHandler.serve

    def serve(handler, request):
        response = found(handler, request)
        response["Cache-Control"] = "max-age=999999999"
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", serve)  # else each page asks again for twenty files
        yield


@pytest.fixture(scope="module")
def window(chromium, files_are_kept):
    context = chromium.new_context(viewport=admin_looks.WIDE, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    axe.begin(context)
    yield context.new_page()
    context.close()


@cache
def furnished():
    """All rows of the place, made once."""
    admin_place.furnish(a_superuser())
    background.settle()
    return tables.remember()


@pytest.fixture
def operator(transactional_db, keys, verify, clock):
    tables.put_back(furnished())
    return Agent.objects.get(email="olivia@acme.example")


@pytest.fixture
def sweep(window, live_server, operator):
    """Visit pages as an operator or without a sign-in. Return the violations of each in every appearance."""
    said = []

    def hear(message):
        said.append(f"console: {getattr(message, 'text', message)}")

    def look(visits, who):
        window.context.clear_cookies()
        if who:
            cookie = inside(who).cookies[settings.SESSION_COOKIE_NAME]
            window.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        pairs = pairwise([None, *visits])
        return {str(visit): found for before, visit in pairs if (found := wrong_with(visit, before))}

    def wrong_with(visit, before):
        said.clear()
        if not before or before.acts or before.address != visit.address:
            opened = window.goto(live_server.url + visit.address)
            assert (visit.address, opened.status) == (visit.address, visit.status)
        for act in visit.acts:
            act(window)
        window.wait_for_load_state()
        return [*admin_looks.wrong(window), *(it for it in said if "status of 4" not in it)]

    window.on("console", hear)
    window.on("pageerror", hear)
    yield look
    window.remove_listener("console", hear)
    window.remove_listener("pageerror", hear)


@pytest.mark.parametrize("label", sorted(admin_visits.MODELS))
def test_the_pages_that_django_generates_for_each_table_are_accessible(sweep, operator, label):
    assert sweep(admin_visits.of_table(admin_visits.MODELS[label], operator), operator) == {}


@pytest.mark.parametrize("name", admin_visits.OWN)
def test_latchkeys_own_admin_pages_are_accessible(sweep, operator, name):
    who = None if name in admin_visits.AS_NOBODY else operator
    if name in admin_visits.AS_SUPERVISOR:
        who = Agent.objects.get(email=admin_place.SUPERVISOR)
    assert sweep(admin_visits.OWN[name](operator), who) == {}


@pytest.mark.parametrize("table", ["agents_agent", "agents_device", "audit_loginevent"])
def test_a_list_of_people_phones_or_events_shows_all_its_columns_on_a_laptop(
    window, live_server, sweep, operator, table
):
    sweep([], operator)
    window.goto(live_server.url + admin_visits.at(f"{table}_changelist").address)
    assert window.evaluate(BEYOND) == 0


@pytest.mark.parametrize("table", ["agents_agent", "audit_loginevent"])
def test_a_list_keeps_its_width_with_text_at_twice_the_size(window, live_server, sweep, operator, table):
    sweep([], operator)
    window.goto(live_server.url + admin_visits.at(f"{table}_changelist").address)
    window.evaluate(LARGE)
    assert window.evaluate(NARROWER) == 0


def test_the_last_row_of_a_table_is_aligned_as_the_others(window, live_server, sweep, operator):
    sweep([], operator)
    window.goto(live_server.url + admin_visits.at("costs").address)
    assert len(set(window.evaluate(ABOVE_TEXT))) == 1


@pytest.mark.parametrize("style", sorted(Path("idp/web/static/web").glob("*.css")), ids=lambda it: it.name)
def test_layouts_change_by_the_width_in_letters_so_that_large_text_has_room(style):
    assert not re.findall(r"width: *[\d.]+px", " ".join(re.findall("@media[^{]*", style.read_text())))
