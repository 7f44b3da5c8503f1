"""Whom a filter finds: with what Okta and Entra ID ask, and with anything else."""

import pytest

from idp.scim import filters
from idp.scim.errors import InvalidFilter
from idp.scim.filters import By
from tests.scim.bodies import ENTERPRISE, USER, op, patch
from tests.scim.test_users import refused

ID = "54d382a4-2050-4c03-94d1-e769f1d15682"

FILTERS = [
    ('userName eq "Ana@acme.example"', [(By.EMAIL, "Ana@acme.example")]),
    ('USERNAME EQ "a"', [(By.EMAIL, "a")]),
    ('  userName  eq  "a"  ', [(By.EMAIL, "a")]),
    (f'{USER}:userName eq "a"', [(By.EMAIL, "a")]),
    ('externalId eq "1\\"7"', [(By.EXTERNAL_ID, '1"7')]),
    ('externalId eq "a and b"', [(By.EXTERNAL_ID, "a and b")]),
    ('emails.value eq "a"', [(By.EMAIL, "a")]),
    ('emails[type eq "work"].value eq "a"', [(By.EMAIL, "a")]),
    (f'id eq "{ID}"', [(By.ID, ID)]),
    ('id eq "7"', [(By.NOTHING, "7")]),
    (f'id eq "{ID.upper()}"', [(By.NOTHING, ID.upper())]),
    (f'id eq "{ID}" and manager eq "x"', [(By.ID, ID), (By.NOTHING, "x")]),  # Entra ID
    (f'{ENTERPRISE}:manager.value eq "x"', [(By.NOTHING, "x")]),
    (
        'userName eq "a" AND externalId eq "b" and id eq "c"',
        [(By.EMAIL, "a"), (By.EXTERNAL_ID, "b"), (By.NOTHING, "c")],
    ),
]


@pytest.mark.parametrize(("text", "read"), FILTERS, ids=str)
def test_a_supported_filter_is_parsed(text, read):
    assert [(it.by, it.value) for it in filters.parse(text)] == read


OTHER_FILTERS = [
    "",
    "userName",
    'userName ne "a"',
    'userName eq "a" or active eq true',
    'userName eq "a" and',
    'userName eq "a" and active eq true',
    'userName eq "a" externalId eq "b"',
    'userName eq "a" andexternalId eq "b"',
    'and userName eq "a"',
    '(userName eq "a")',
    'not (userName eq "a")',
    "userName eq true",
    "userName eq a",
    'displayName eq "a"',
    'title eq "a"',
    f'{ENTERPRISE}:employeeNumber eq "a"',
    'userName eq "\\u0000"',
    'userName eq "\\x"',
    f'userName eq "{"a" * 400}"',
    "(" * 300,
]


@pytest.mark.parametrize("text", OTHER_FILTERS, ids=lambda it: it[:40])
def test_any_other_filter_is_rejected(text):
    with pytest.raises(InvalidFilter):
        filters.parse(text)


def test_entra_learns_that_nobody_has_a_manager_and_goes_on(workday, agent):
    asked = workday.ask("GET", filter=f'id eq "{agent.pk}" and manager eq "{agent.pk}"', attributes="id").json()
    assert (asked["totalResults"], asked["Resources"]) == (0, [])
    boss = patch(op("Add", f"{ENTERPRISE}:manager", str(agent.pk)))
    assert workday.patch(agent, boss).status_code == 200


def test_a_person_is_found_for_whom_every_comparison_holds(workday, agent):
    mine = f'userName eq "{agent.email}"'
    assert workday.found(f'{mine} and id eq "{agent.pk}"') == workday.found(f'id eq "{agent.pk}"') == [agent.email]
    assert workday.found(f'{mine} and externalId eq "17"') == workday.found('id eq "17"') == []
    assert refused(workday.ask("GET", filter=f"{mine} and active eq true"), 400, "invalidFilter")
