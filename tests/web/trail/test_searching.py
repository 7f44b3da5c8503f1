"""The trail as operators search it, and take out what they found."""

import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.formats import date_format
from lxml import html

from idp.agents.models import Agent, Department
from idp.audit import acts, events
from idp.audit.events import Actor, Origin
from idp.audit.models import Kind, LoginEvent
from idp.web.admin.base.long_lists import CappedPaginator
from tests.conftest import NOW, an_agent
from tests.devices import a_phone

pytestmark = pytest.mark.each_database

LIST = "/admin/audit/loginevent/"


@pytest.fixture
def lines(operator, keys):
    """A wrong code of Ana's from one network, a sign-in of Bo's from another, and what Olivia did to a department."""
    ana, bo = an_agent("+12015550101", "ana@acme.example"), an_agent("+12015550102", "bo@acme.example", full_name="Bo")
    wrong = events.record(Kind.CODE_WRONG, Origin("192.0.2.7", "", "AAAAA-AAAAA"), NOW, agent=ana)
    day = NOW.replace(day=25)
    came = events.record(Kind.SIGNED_IN, Origin("203.0.113.9", "", "BBBBB-BBBBB"), day, agent=bo, device=a_phone(bo))
    sales = acts.thing(Department(pk=7, name="Sales"))
    with events.acting(Actor(str(operator), Origin("198.51.100.1", "", "CCCCC-CCCCC"), operator.pk)):
        renamed = acts.record(Kind.CHANGED, sales, NOW.replace(day=26), {"name": ["Sales", "Service"]})
    return {"wrong": wrong, "came": came, "renamed": renamed}


def found(admin, lines, **query):
    """The names of the lines that the list shows."""
    shown = {it.pk for it in admin.get(LIST, query).context["cl"].result_list}
    return {name for name, line in lines.items() if line.pk in shown}


CHOICES = [
    ({}, {"wrong", "came", "renamed"}),
    ({"group": "codes"}, {"wrong"}),
    ({"group": "acts"}, {"renamed"}),
    ({"group": "operators"}, {"renamed"}),
    ({"group": "nonsense"}, {"wrong", "came", "renamed"}),
    ({"since": "2026-11-25"}, {"came", "renamed"}),
    ({"until": "2026-11-25"}, {"wrong", "came"}),
    ({"since": "2026-11-25 09:00", "until": "2026-11-25 09:01"}, {"came"}),
    ({"agent": "Bo"}, {"came"}),
    ({"agent": "ana@acme"}, {"wrong"}),
    ({"device": "iphone"}, {"came"}),
    ({"from": "192.0.2.7"}, {"wrong"}),
    ({"from": "203.0.113.0/24"}, {"came"}),
    ({"from": "2001:db8::/32"}, set()),
    ({"by": "olivia@"}, {"renamed"}),
    ({"by": "Olivia Operator"}, {"renamed"}),
    ({"q": "bbbbb bbbbb"}, {"came"}),
    ({"group": "sign-ins", "from": "192.0.2.0/24"}, set()),
]


@pytest.mark.parametrize(("query", "names"), CHOICES, ids=[str(query) for query, _ in CHOICES])
def test_events_are_found_by_filters_and_text(admin, lines, query, names):
    assert found(admin, lines, **query) == names


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"since": "yesterday"}, "is not a day,"),
        ({"until": "9999-12-31"}, "is not in a year from 1970 to 9998."),
        ({"since": "0001-01-01T00:00+14:00"}, "is not in a year from 1970 to 9998."),
        ({"from": "192.0.2"}, "is not an address or a network,"),
        ({"from": "192.0.2.0/240"}, "is not an address or a network,"),
    ],
)
def test_text_that_cannot_be_read_gets_a_sentence_and_finds_nothing(admin, lines, query, said):
    page = admin.get(LIST, query)
    assert (said in page.text, list(page.context["cl"].result_list)) == (True, [])


def test_an_act_opens_to_each_field_before_and_after(admin, lines):
    page = admin.get(LIST, {"group": "acts"}).text
    assert "<summary>Olivia Operator: changed: department Sales</summary>" in page
    assert '<th scope="row">name</th><td>Sales</td><td>Service</td>' in page


def test_more_events_take_no_more_queries(admin, lines):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            admin.get(LIST, {"by": "Olivia"})
        return len(queries)

    few = asked()
    with events.acting(Actor("Olivia Operator", Origin("198.51.100.1", "", "x"))):
        for nth in range(40):
            agent = Agent.objects.create(email=f"a{nth}@acme.example", password="!")
            acts.record(Kind.ADDED, acts.thing(agent), NOW, {"email": [None, agent.email]})
    assert asked() == few <= 12


def export(admin, written_as, **query):
    page = admin.post(f"{LIST}export/{written_as}/" + ("?" + "&".join(f"{k}={v}" for k, v in query.items())))
    return b"".join(page.streaming_content).decode()


def test_listed_events_are_exported_as_csv_with_their_positions_in_the_chain(admin, lines):
    rows = list(csv.DictReader(io.StringIO(export(admin, "csv", group="acts"))))
    assert [(it["by"], it["about_name"], it["position"]) for it in rows] == [("Olivia Operator", "Sales", "3")]
    assert len(rows[0]["digest"]) == 64


def test_listed_events_are_exported_as_json_lines_with_a_signed_checkpoint(admin, lines):
    *told, end = map(json.loads, export(admin, "jsonl", agent="Bo").splitlines())
    assert [(it["agent"], it["changes"]) for it in told] == [("Bo", {})]
    assert list(end) == ["checkpoint"]


@pytest.mark.parametrize("query", ["agent__id__exact=nobody", "at__gte=soon", "agent__password=x"])
def test_an_export_with_an_impossible_filter_is_rejected(admin, lines, query):
    answer = admin.post(f"{LIST}export/csv/?{query}")
    assert answer.status_code == 400


def test_an_export_is_recorded_with_its_filters(admin, lines):
    export(admin, "csv", group="acts")
    line = LoginEvent.objects.get(kind=Kind.TRAIL_EXPORTED)
    assert (line.by, line.detail) == ("Olivia Operator", "group: acts")


def test_an_operator_who_may_not_see_the_trail_cannot_export_it(admin, operator, lines):
    Agent.objects.filter(pk=operator.pk).update(is_superuser=False)
    assert admin.post(f"{LIST}export/csv/").status_code == 403
    assert admin.get(f"{LIST}export/csv/").status_code in {403, 405}


def crumbs(page):
    (way,) = html.fromstring(page.text).find_class("breadcrumbs")
    return [it.strip() for it in way.text_content().split("\u203a")]


def test_lists_have_the_titles_of_the_contents_and_iso_dates(admin, lines):
    assert "<h1>Trail</h1>" in admin.get(LIST).text
    assert [crumbs(admin.get(it)) for it in (LIST, f"{LIST}{lines['came'].pk}/change/")] == [
        ["Home", "Trail"],
        ["Home", "Trail", str(lines["came"])],
    ]
    assert admin.get("/admin/agents/device/").text.count("Phones and computers") > 1
    assert date_format(NOW, "DATETIME_FORMAT") == f"{NOW:%Y-%m-%d %H:%M}"


def test_few_and_many_events_are_listed_in_the_same_order(admin, lines, monkeypatch):
    few = list(admin.get(LIST).context["cl"].result_list)
    monkeypatch.setattr(CappedPaginator, "MOST", 1)
    assert few == list(LoginEvent.objects.all())
    assert few == list(admin.get(LIST).context["cl"].result_list)
