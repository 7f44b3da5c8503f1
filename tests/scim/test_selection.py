"""A system asks for some attributes of a person only, or for all but some."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from idp.agents.models import Agent
from idp.importing.people import Person
from idp.scim import schemas, selection
from idp.scim.attributes import User
from idp.scim.errors import InvalidValue
from tests.conftest import an_agent
from tests.scim.bodies import ENTERPRISE, USER, entra, okta, op, patch
from tests.scim.test_users import refused

ID = str(UUID(int=7))
CREATED = datetime(2026, 12, 1, tzinfo=UTC)
BEN = User(Person("ben@acme.example", "Ben Ono", "+12015550102", "Support", ("agent",), True, "de"), "17")
WHOLE = schemas.user(BEN, UUID(int=7), CREATED, "https://login.example.com/scim/v2")
LEAST = {"schemas": [USER], "id": ID}
SUPPORT = {"schemas": [USER, ENTERPRISE], "id": ID, ENTERPRISE: {"department": "Support"}}

WANTED = [
    ("userName", LEAST | {"userName": "ben@acme.example"}),
    ("USERNAME", LEAST | {"userName": "ben@acme.example"}),
    (f"{USER}:userName", LEAST | {"userName": "ben@acme.example"}),
    (f"{USER.upper()}:name.FORMATTED", LEAST | {"name": {"formatted": "Ben Ono"}}),
    (" active , externalId,,", LEAST | {"active": True, "externalId": "17"}),
    ("emails.value", LEAST | {"emails": [{"value": "ben@acme.example"}]}),
    ("emails,emails.value", LEAST | {"emails": WHOLE["emails"]}),
    ("meta.resourceType", LEAST | {"meta": {"resourceType": "User"}}),
    (ENTERPRISE, SUPPORT),
    (f"{ENTERPRISE}:department", SUPPORT),
    (f"{ENTERPRISE}:manager.value", LEAST),
    ("department", LEAST),
    ("id", LEAST),
    ("name.familyName", LEAST),
    ("password", LEAST),
    ("nonsense", LEAST),
    ("emails.nonsense", LEAST),
    ('emails[type eq "work"].value', LEAST),
    ("urn:acme:own:1.0:User:shoe", LEAST),
    ("", WHOLE),
    (" , ", WHOLE),
    (None, WHOLE),
    ([], WHOLE),
    (["userName", "active"], LEAST | {"userName": "ben@acme.example", "active": True}),
]


@pytest.mark.parametrize(("names", "left"), WANTED, ids=str)
def test_a_system_gets_what_it_names_and_what_everybody_gets(names, left):
    assert selection.read(names, None).of(WHOLE) == left


def without(*names, **changed):
    return {name: it for name, it in WHOLE.items() if name not in names} | changed


UNWANTED = [
    ("emails", without("emails")),
    (f"{USER}:EMAILS,roles", without("emails", "roles")),
    ("emails.primary,emails.type", without(emails=[{"value": "ben@acme.example"}])),
    ("name.formatted", without("name")),
    ("id,schemas", WHOLE),
    ("meta", without("meta")),
    (ENTERPRISE, without(ENTERPRISE, schemas=[USER])),
    (f"{ENTERPRISE}:department", without(ENTERPRISE, schemas=[USER])),
    ("department,nonsense,members", WHOLE),
    ("", WHOLE),
]


@pytest.mark.parametrize(("names", "left"), UNWANTED, ids=str)
def test_a_system_does_not_get_what_it_excludes_but_always_the_id(names, left):
    assert selection.read(None, names).of(WHOLE) == left


@pytest.mark.parametrize("names", [7, {"a": 1}, [7], [["userName"]], False])
def test_names_are_texts(names):
    with pytest.raises(InvalidValue):
        selection.read(names, None)
    with pytest.raises(InvalidValue):
        selection.read(None, names)


def test_every_answer_about_a_person_has_only_what_was_asked_for(workday):
    added = workday.ask("POST", "", entra(), attributes="active")
    path = f"/{added.json()['id']}"
    assert (added.status_code, added["Location"].endswith(path)) == (201, True)
    for answer in (
        added,
        workday.ask("GET", path, ATTRIBUTES="active"),
        workday.ask("PUT", path, entra(), attributes="active"),
        workday.ask("PATCH", path, patch(op("replace", "active", True)), attributes="active"),
    ):
        assert answer.json() == {"schemas": [USER], "id": path[1:], "active": True}
    assert "roles" not in workday.ask("GET", path, excludedAttributes="roles").json()
    (listed,) = workday.ask("GET", excludedAttributes=["emails", "roles"]).json()["Resources"]
    assert {"emails", "roles"} & {*listed} == set()


def test_each_attribute_of_the_schemas_can_be_asked_for_alone(workday):
    path = f"/{workday.add(entra(preferredLanguage='de')).json()['id']}"
    for schema in workday.http.get("/scim/v2/Schemas").json()["Resources"]:
        for it in schema["attributes"]:
            told = workday.ask("GET", path, attributes=f"{schema['id']}:{it['name']}").json()
            assert {*told} == {"schemas", "id", it["name"] if schema["id"] == USER else ENTERPRISE}
            assert it["returned"] == "default"


def test_what_is_never_returned_is_not_returned_by_name_either(workday):
    path = f"/{workday.add(entra()).json()['id']}"
    user = workday.http.get(f"/scim/v2/Schemas/{USER}").json()["attributes"]
    (parts,) = (it["subAttributes"] for it in user if it["name"] == "name")
    never = [f"name.{it['name']}" for it in parts if it["returned"] == "never"]
    assert never == ["name.givenName", "name.familyName"]
    assert {*workday.ask("GET", path, attributes=never).json()} == {"schemas", "id"}


def test_whoever_asks_for_some_attributes_and_excludes_others_is_refused_and_nothing_is_written(workday, agent):
    both = {"attributes": "userName", "excludedAttributes": "emails"}
    off = patch(op("replace", "active", False))
    assert refused(workday.ask("POST", "", okta(), **both), 400, "invalidValue")
    assert refused(workday.ask("PATCH", f"/{agent.pk}", off, **both), 400, "invalidValue")
    assert refused(workday.ask("GET", **both), 400, "invalidValue")
    assert Agent.objects.get().is_active


def test_a_list_of_user_names_runs_no_more_queries_than_a_list_of_everything(workday):
    def queries(**query):
        with CaptureQueriesContext(connection) as asked:
            assert len(workday.ask("GET", **query).json()["Resources"]) == 100
        return len(asked)

    for nth in range(100):
        an_agent(f"+12015550{nth:03}", f"a{nth}@acme.example")
    assert queries(attributes="userName") == queries() <= 8
