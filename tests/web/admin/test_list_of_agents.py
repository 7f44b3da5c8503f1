"""The list of agents: narrowed to whom an operator looks for, in a number of queries that does not grow."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from idp.agents.models import Agent, Device
from idp.login.emergency import everyone_out
from tests.conftest import NOW, an_agent
from tests.devices import a_desktop, a_phone
from tests.web.seeded import HERE, a_number, a_signed_in_agent

pytestmark = pytest.mark.each_database

LIST = "/admin/agents/agent/"
MOST_QUERIES = 12


@pytest.fixture
def four(admin):
    """Ana with a phone, Ben with a computer, Cem who never came, and Dina who has no number and was signed out."""
    ana, ben = an_agent(), an_agent(a_number(2), "ben@acme.example", full_name="Ben")
    cem, dina = (an_agent(a_number(n), f"{n}@acme.example", full_name=it) for n, it in ((3, "Cem"), (4, "Dina")))
    a_phone(ana)
    a_desktop(ben)
    Device.objects.filter(pk=a_phone(dina).pk).update(revoked_at=NOW, reason="operator")
    dina.numbers.all().delete()
    cem.is_active = False
    cem.save()
    return admin


def named(admin, **asked):
    return [it.full_name for it in admin.get(LIST, asked).context["cl"].result_list if not it.is_staff]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"is_active__exact": "0"}, ["Cem"]),
        ({"number": "none"}, ["Dina"]),
        ({"number": "some"}, ["Ana García", "Ben", "Cem"]),
        ({"sign_in": "phone"}, ["Ana García"]),
        ({"sign_in": "nothing"}, ["Cem", "Dina"]),
        ({"sign_in": "never"}, ["Cem"]),
        ({"sign_in": "phone", "q": "ben"}, []),
        ({"q": "0103", "is_active__exact": "0"}, ["Cem"]),
        ({"number": "made up", "sign_in": "made up"}, ["Ana García", "Ben", "Cem", "Dina"]),
    ],
)
def test_filters_narrow_the_list_of_agents(four, asked, found):
    assert named(four, **asked) == found


def test_after_everyone_is_signed_out_the_filter_finds_no_signed_in_phone(four):
    everyone_out.begin(None, "A drill", HERE, NOW + timedelta(seconds=1))
    assert named(four, sign_in="phone") == []


def test_a_page_of_many_agents_takes_at_most_twelve_queries(admin, keys):
    for nth in range(1, 20):
        a_signed_in_agent(NOW, nth)
    for asked in ("", "?q=agent", "?q=0101", "?sign_in=phone&number=some", "?o=7"):
        with CaptureQueriesContext(connection) as queries:
            assert admin.get(f"{LIST}{asked}").status_code == 200
        assert (asked, len(queries)) <= (asked, MOST_QUERIES)


@pytest.mark.parametrize("typed", ["Garcia", "201 555 0101", "(201) 555-01 01"])
def test_an_operator_finds_an_agent_by_what_they_say_on_the_phone(four, typed):
    assert named(four, q=typed) == ["Ana García"]


def test_a_search_from_the_home_page_opens_the_only_agent_found(four):
    ana = Agent.objects.get(full_name="Ana García")
    assert four.get(LIST, {"q": "garcia", "find": "yes"}, follow=True).request["PATH_INFO"] == f"{LIST}{ana.pk}/change/"
    assert b'name="find"' in four.get("/admin/").content


@pytest.mark.parametrize("typed", ["acme", "zzz", "7kq2m 9tx4d"], ids=["several", "nobody", "a reference"])
def test_a_search_from_the_home_page_that_finds_another_number_of_agents_is_one_of_the_list(four, typed):
    assert four.get(LIST, {"q": typed, "find": "yes"}).url == f"{LIST}?{urlencode({'q': typed})}"


def test_a_reference_leads_from_the_search_for_agents_to_the_trail(four):
    assert four.get(LIST, {"q": "7kq2m 9tx4d"}).url == "/admin/audit/loginevent/?q=7kq2m+9tx4d"


def test_a_name_that_could_be_a_reference_finds_the_agent(four):
    an_agent(a_number(5), "bea@acme.example", full_name="Bea Sanders")
    assert named(four, q="Bea Sanders") == ["Bea Sanders"]


def test_a_search_that_finds_nobody_says_what_to_try(four):
    page = four.get(LIST, {"q": "zzz", "number": "some"}).text
    assert "Nobody matches “zzz” with these filters. Try a shorter part of the name" in page
    assert 'href="?q=zzz"' in page


def test_a_list_without_rows_offers_nothing_to_do_with_them(four):
    offered = {it: 'name="action"' in four.get(LIST, {"q": it}).text for it in ("Ben", "Nobody")}
    assert offered == {"Ben": True, "Nobody": False}
