"""What a system asks of a list of people: in the address, or in the body of a search."""

import pytest

from idp.agents.models import Agent
from idp.scim import querying
from idp.scim.errors import InvalidFilter, InvalidValue
from tests.conftest import an_agent
from tests.scim.bodies import USER, okta
from tests.scim.test_users import refused

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

PAGES = [
    ({}, (1, 100)),
    ({"startindex": None, "count": None}, (1, 100)),
    ({"startindex": "3", "count": "2"}, (3, 2)),
    ({"startindex": 3, "count": 2}, (3, 2)),
    ({"startindex": "0", "count": "0"}, (1, 0)),
    ({"startindex": -5, "count": -5}, (1, 0)),
    ({"startindex": "2147483647", "count": "2147483647"}, (999_999_999, 200)),
    ({"startindex": "9223372036854775807", "count": 9223372036854775807}, (999_999_999, 200)),
]


@pytest.mark.parametrize(("asked", "page"), PAGES, ids=str)
def test_a_page_begins_where_it_is_asked_to_and_has_at_most_200_people(asked, page):
    read = querying.read(asked)
    assert (read.start, read.count) == page


@pytest.mark.parametrize("number", ["", "x", "1.5", "1" * 20, 1.5, True, [1], "٣"])
def test_a_page_that_is_no_number_is_refused(number):
    with pytest.raises(InvalidValue):
        querying.read({"count": number})


@pytest.mark.parametrize("wanted", [7, ["a"], True, ""])
def test_a_filter_is_a_text(wanted):
    with pytest.raises(InvalidFilter):
        querying.read({"filter": wanted})


def search(workday, where="/Users/.search", **asked):
    return workday.http.post(f"/scim/v2{where}", {"schemas": [SEARCH], **asked}, content_type="application/scim+json")


@pytest.mark.parametrize("where", ["/Users/.search", "/.search"])
def test_a_search_finds_people_without_a_name_in_the_address(workday, agent, where):
    found = search(workday, where, filter='userName eq "ANA@acme.example"', Attributes=["userName"])
    assert (found.status_code, found.json()["totalResults"]) == (200, 1)
    assert found.json()["Resources"] == [{"schemas": [USER], "id": str(agent.pk), "userName": "ana@acme.example"}]


def test_a_search_has_pages(workday):
    for nth in range(3):
        an_agent(f"+1201555012{nth}", f"a{nth}@acme.example")
    told = search(workday, startIndex=2, count=1, excludedAttributes=["meta"], sortBy="userName").json()
    assert [it["userName"] for it in told["Resources"]] == ["a1@acme.example"]
    assert (told["totalResults"], told["startIndex"], told["itemsPerPage"]) == (3, 2, 1)
    assert "meta" not in told["Resources"][0]


def test_a_search_that_latchkey_cannot_do_is_refused(workday):
    assert refused(search(workday, filter='displayName co "a"'), 400, "invalidFilter")
    assert refused(search(workday, count="many"), 400, "invalidValue")
    assert refused(search(workday, attributes=["id"], excludedAttributes=["meta"]), 400, "invalidValue")
    assert refused(search(workday, schemas=[USER]), 400, "invalidSyntax")
    assert refused(workday.http.get("/scim/v2/Users/.search"), 405)
    assert refused(workday.ask("POST", "/.search", okta()), 400, "invalidSyntax")
    assert not Agent.objects.exists()
