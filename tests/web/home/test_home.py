"""The dashboard on the operators' first page: what it shows, to whom, and how much it asks."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from lxml import html

from idp import background
from idp.agents.models import Department
from idp.audit.events import Origin
from idp.audit.models import CountedHour, Kind, LoginEvent
from idp.audit.statistics import hourly
from idp.login.emergency import stops
from tests.conftest import NOW, an_agent
from tests.policies import publishing
from tests.web.conftest import a_superuser, inside
from tests.web.departments.place import a_supervisor
from tests.web.seeded import ANDROID_RULE, a_number, a_service

HOME = "/admin/"


@pytest.fixture(autouse=True)
def in_the_morning(db, clock, keys):
    """A place with keys, at nine."""


def came(ago, kind=Kind.SIGNED_IN, **fields):
    line = LoginEvent(at=NOW - timedelta(**ago), kind=kind, reference="7KQ2M-9TX4D", **{"service": "flex", **fields})
    QuerySet(LoginEvent).bulk_create([line])


def tiles(admin, **asked):
    page = html.fromstring(admin.get(HOME, asked).content)
    return {it.findtext("dt"): it.findtext("dd") for it in page.iterfind(".//dl[@class='tiles']/div")}


def test_an_operator_sees_how_many_signed_in_and_how(admin):
    for nth in range(8):
        came({"minutes": nth}, method="session")
    came({"minutes": 9}, method="code")
    came({"minutes": 10}, method="passkey")
    came({"minutes": 11}, Kind.REFUSED, decided_by="default")
    seen = tiles(admin)
    assert (seen["Signed in"], seen["Without a code"], seen["Refused"]) == ("10", "80\xa0%", "1")


def test_the_period_and_the_service_are_chosen_by_plain_links(admin):
    a_service()
    a_service("rota", "JQ" + "2" * 32, name="Rota")
    came({"hours": 3}, method="token")
    came({"days": 3}, method="token", service="rota")
    came({"days": 20}, method="code")
    hourly.count_all(NOW)
    seen = [tiles(admin, period=it)["Signed in"] for it in ("day", "week", "month", "nonsense")]
    assert seen == ["1", "2", "3", "1"]
    assert tiles(admin, period="month", service="rota")["Signed in"] == "1"
    assert "?period=week&amp;service=rota" in admin.get(HOME, {"service": "rota"}).text


def test_refusals_name_the_sentence_of_the_rule_and_lead_to_it(admin):
    rule = publishing.in_force(ANDROID_RULE, name="No Android")
    came({"minutes": 5}, Kind.REFUSED, decided_by=str(rule.key))
    came({"minutes": 6}, Kind.REFUSED, decided_by="default")
    came({"minutes": 7}, Kind.REFUSED, decided_by=str(uuid4()))
    page = admin.get(HOME).text
    assert f'#rule-{rule.key}">No Android: Deny if the platform is Android</a>' in page
    assert "No rule matched, and the default is to refuse" in page


def test_a_rule_that_is_gone_is_still_named(admin):
    rule = publishing.in_force(ANDROID_RULE, name="No Android")
    draft = publishing.publishing.begin_draft()
    draft.rules.filter(key=rule.key).delete()
    publishing.publish()
    came({"minutes": 5}, Kind.REFUSED, decided_by=str(rule.key))
    assert "No Android: Deny if the platform is Android (no longer in force)" in admin.get(HOME).text


def test_codes_are_shown_from_requested_to_right(admin, agent, settings):
    for nth in range(10):
        came({"minutes": 12 * nth, "seconds": 30}, Kind.CODE_SENT, agent=agent, detail="sms: sent")
        if nth:
            came({"minutes": 12 * nth}, method="code", agent=agent)
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"prices": {"sms": 1, "approved": 2}})
    hourly.count_all(NOW)
    page = admin.get(HOME).text
    assert tiles(admin)["Right codes"] == "90\xa0%"
    assert "half within 28&nbsp;s of the text, 90&nbsp;% within 30&nbsp;s" in page
    assert "Estimated cost: <strong>28.00</strong>" in page


def test_phones_that_lose_the_cookie_are_reported(admin, agent):
    for nth in range(5):
        came({"minutes": 12 * nth, "seconds": 30}, Kind.CODE_SENT, agent=agent, detail="sms: sent")
        came({"minutes": 12 * nth}, method="code", agent=agent)
    assert "Phones forget their sign-in" not in admin.get(HOME).text
    CountedHour.objects.create(number=hourly.settled(NOW)[-1]).totals.create(figure="forgotten", count=5, last_at=NOW)
    assert "Phones forget their sign-in" in admin.get(HOME).text


def test_an_empty_place_says_what_will_fill_it(admin):
    page = admin.get(HOME).text
    told = ("Figures appear here with the first sign-in.", "Nobody needed a code.", "Nobody was refused.")
    assert [it for it in told if it not in page] == []
    assert '<svg class="bars"' not in page


def test_the_plot_has_a_name_and_a_table_with_every_bar(admin):
    came({"minutes": 3}, method="session")
    page = html.fromstring(admin.get(HOME, {"period": "week"}).content)
    (plot,) = page.iterfind(".//svg[@class='bars']")
    assert all(page.get_element_by_id(it).text_content() for it in plot.get("aria-labelledby").split())
    assert len(page.findall(".//details//tbody/tr")) == 28
    board = page.find(".//section[@class='board']")
    assert [it.get("class") for it in board.iter("svg") if not (it.get("aria-hidden") or it.get("role"))] == []


def test_the_policy_for_styles_is_kept(admin):
    came({"minutes": 3}, method="session")
    assert re.findall(r"\sstyle=|<style>|\son[a-z]+=", admin.get(HOME).text) == []


def test_hours_that_are_still_being_counted_are_named(admin):
    came({"hours": 5}, method="session")
    assert "22 hours of the past are still being counted" in admin.get(HOME).text
    hourly.count_all(NOW)
    assert "still being counted" not in admin.get(HOME).text


def test_opening_the_page_counts_the_past_in_the_background(transactional_db, operator):
    came({"hours": 5}, method="session")
    admin = inside(operator)
    admin.get(HOME)
    background.settle()
    assert tiles(admin)["Signed in"] == "1"
    assert CountedHour.objects.count() == len(hourly.settled(NOW))


def test_a_busy_place_takes_no_more_queries_than_an_empty_one(operator, django_assert_max_num_queries):
    staff = a_superuser("staff@acme.example", is_superuser=False)
    staff.user_permissions.set(Permission.objects.filter(codename__in=["view_loginevent", "view_verification"]))
    a_service()
    for nth in range(1, 30):
        agent = an_agent(a_number(nth), f"agent-{nth}@acme.example")
        came({"minutes": nth}, method="code", agent=agent)
        came({"hours": nth}, Kind.REFUSED, decided_by="default", agent=agent)
        came({"minutes": nth, "seconds": 20}, Kind.CODE_SENT, agent=agent, detail="sms: sent")
    hourly.count_all(NOW)
    for admin in (inside(operator), inside(staff)):
        admin.get(HOME)  # what a process holds of the configuration is read once
        with django_assert_max_num_queries(12):
            assert ">Sign-ins<" in admin.get(HOME).text


@pytest.mark.parametrize("allowed", [True, False])
def test_only_operators_who_may_see_the_trail_see_figures(db, allowed):
    staff = a_superuser("staff@acme.example", is_superuser=False)
    if allowed:
        staff.user_permissions.add(Permission.objects.get(codename="view_loginevent"))
    page = inside(staff).get(HOME).text
    assert (">Sign-ins<" in page) == allowed
    assert "Cost of codes" not in page


def test_a_supervisor_sees_no_figures_of_others(db):
    Department.objects.create(name="Sales")
    _, browser = a_supervisor("Sales")
    assert ">Sign-ins<" not in browser.get(HOME).text


def test_the_home_page_finds_an_agent(admin):
    an_agent()
    form = html.fromstring(admin.get(HOME).content).find(".//form[@role='search']")
    assert form.get("action") == "/admin/agents/agent/"
    assert "Ana García" in admin.get(form.get("action"), {form.find(".//input").get("name"): "garcia"}).text


def test_an_operator_without_the_right_to_see_agents_is_not_offered_to_find_them(db):
    browser = inside(a_superuser("ivy@acme.example", is_superuser=False))
    assert 'role="search"' not in browser.get(HOME).text


def test_urgent_steps_come_before_steps_of_the_setup(admin):
    stops.stop(None, "Stolen phones", Origin(None, "", "7KQ2M-9TX4D"), NOW)
    page = admin.get(HOME).text
    assert page.index("All sign-ins have been stopped") < page.index("To finish setting up")
