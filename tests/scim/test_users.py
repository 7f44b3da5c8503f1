"""What a personnel system does to people, as Okta and Entra ID do it."""

import pytest
from django.db import connection
from django.test import Client as HttpClient
from django.test.utils import CaptureQueriesContext

from idp.agents.models import Agent
from idp.audit.models import Kind, LoginEvent
from idp.otp.models import PhoneAuthenticator
from tests.conftest import an_agent, an_operator
from tests.scim.bodies import ENTERPRISE, USER, entra, okta, op, patch
from tests.scim.conftest import USERS, Workday

OFF = patch(op("Replace", "active", "False"))
PHONE = 'phoneNumbers[type eq "mobile"].value'


def refused(answer, status, scim_type=None):
    told = answer.json()
    assert (answer.status_code, told["status"], told.get("scimType")) == (status, str(status), scim_type)
    assert answer["Content-Type"] == "application/scim+json"
    assert told["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    return True


def test_okta_adds_a_person_who_becomes_an_agent_by_default(workday):
    answer = workday.add(okta())
    told = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, told["meta"]["location"])
    assert (told["userName"], told["externalId"], told["active"]) == ("ben@acme.example", "00ujl29u0le5T6Aj10h7", True)
    assert told["phoneNumbers"] == [{"value": "+12015550102", "type": "mobile", "primary": True}]
    ben = Agent.objects.get()
    assert (ben.full_name, ben.role_names, ben.has_usable_password()) == ("Ben Ono", ("agent",), False)


def test_entra_adds_a_person_with_department_and_roles(workday):
    told = workday.add(entra()).json()
    assert (told["active"], told[ENTERPRISE]) == (True, {"department": "Support"})
    assert Agent.objects.get().role_names == ("supervisor", "wfo.team_leader")


def test_a_put_changes_the_attributes_it_has_and_no_others(workday, agent):
    body = okta("ana@acme.example", phoneNumbers=[{"type": "work", "value": "1"}], active=False)
    told = workday.ask("PUT", f"/{agent.pk}", body).json()
    assert (told["displayName"], told["active"]) == ("Ben Ono", False)
    assert told["phoneNumbers"][0]["value"] == "+12015550101"


def test_a_supervisor_whose_roles_are_all_taken_away_is_switched_off_and_an_agent(workday):
    sue = an_agent(roles=("supervisor", "wfo.team_leader"))
    told = workday.ask("PUT", f"/{sue.pk}", okta(sue.email, phoneNumbers=None, roles=[], active=False)).json()
    assert (told["active"], told["roles"]) == (False, [{"value": "agent"}])
    assert Agent.objects.get().role_names == ("agent",)


def test_a_put_changes_email_and_department(workday, agent):
    changes = patch(op("replace", "userName", "ana.g@acme.example"), op("add", f"{ENTERPRISE}:department", "Sales"))
    assert workday.patch(agent, changes).status_code == 200
    agent.refresh_from_db()
    assert (agent.email, agent.department.name) == ("ana.g@acme.example", "Sales")


def test_a_system_finds_people_by_email_in_any_case_and_by_its_own_external_id(workday):
    workday.add(okta())
    assert workday.found('userName eq "BEN@acme.example"') == workday.found('emails.value eq "ben@acme.example"')
    assert workday.found('externalId eq "00ujl29u0le5T6Aj10h7"') == ["ben@acme.example"]
    assert workday.found('externalId eq "00UJL29U0LE5T6AJ10H7"') == workday.found('externalId eq ""') == []
    assert Workday("Other").found('externalId eq "00ujl29u0le5T6Aj10h7"') == []


def test_a_list_comes_in_pages(workday):
    for nth in range(3):
        an_agent(f"+1201555012{nth}", f"a{nth}@acme.example")
    page = workday.ask("GET", startIndex="2", count="1").json()
    assert [it["userName"] for it in page["Resources"]] == ["a1@acme.example"]
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, 2, 1)
    assert workday.ask("GET", startIndex="-5", count="999999999").json()["itemsPerPage"] == 3
    assert workday.ask("GET", startIndex="999999999", count="-1").json()["Resources"] == []
    assert refused(workday.ask("GET", count="1" * 30), 400, "invalidValue")


def test_a_search_for_one_person_counts_nobody_else(workday, agent):
    with CaptureQueriesContext(connection) as queries:
        assert workday.found(f'userName eq "{agent.email}"') == [agent.email]
        assert workday.found('userName eq "nobody@acme.example"') == []
    assert not [it["sql"] for it in queries if "COUNT(" in it["sql"]]


def test_a_list_of_many_people_runs_as_many_queries_as_a_list_of_one(workday, agent):
    def counted(act):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert act().status_code == 200
        return len(asked)

    one = counted(lambda: workday.ask("GET"))
    for nth in range(10):
        an_agent(f"+120155501{nth + 10}", f"a{nth}@acme.example")
    assert counted(lambda: workday.ask("GET")) == one <= 6
    assert counted(lambda: workday.patch(agent, OFF)) <= 36


def test_a_deleted_person_is_switched_off_and_returns_as_the_same_person(workday, agent):
    assert workday.ask("DELETE", f"/{agent.pk}").status_code == 204
    agent.refresh_from_db()
    assert not agent.is_active
    assert refused(workday.get(agent), 404)
    assert refused(workday.ask("DELETE", f"/{agent.pk}"), 404)
    assert workday.found('userName eq "ana@acme.example"') == []
    again = workday.add(okta("ana@acme.example", phoneNumbers=[{"type": "mobile", "value": "+12015550101"}]))
    assert (again.status_code, again.json()["id"], again.json()["active"]) == (201, str(agent.pk), True)
    assert workday.get(agent).status_code == 200


def test_the_total_of_a_full_page_leaves_out_operators_and_whom_this_system_removed(workday):
    gone, off, *_ = [an_agent(f"+1201555012{nth}", f"a{nth}@acme.example") for nth in range(4)]
    an_operator()
    workday.ask("DELETE", f"/{gone.pk}")
    workday.patch(off, OFF)
    totals = [it.ask("GET", count="1").json()["totalResults"] for it in (workday, Workday("Other"))]
    assert totals == [3, 4]


def test_a_person_that_an_operator_switches_on_again_is_listed_again(workday, agent):
    workday.ask("DELETE", f"/{agent.pk}")
    Agent.objects.update(is_active=True)
    assert workday.get(agent).json()["active"] is True


def test_a_deleted_person_returns_without_former_roles(workday):
    boss = an_agent(roles=("admin", "wfo.full_access"))
    workday.ask("DELETE", f"/{boss.pk}")
    workday.add(okta("ana@acme.example"))
    assert Agent.objects.get().role_names == ("agent",)


@pytest.mark.parametrize("kind", [{"is_superuser": False}, {"is_staff": False}])
def test_a_system_can_neither_see_nor_change_operators(workday, kind):
    olivia = an_operator()
    Agent.objects.update(**kind)
    assert workday.ask("GET").json()["totalResults"] == 0
    assert workday.found('userName eq "olivia@acme.example"') == []
    for answer in (
        workday.get(olivia),
        workday.patch(olivia, OFF),
        workday.ask("PUT", f"/{olivia.pk}", okta()),
        workday.ask("DELETE", f"/{olivia.pk}"),
    ):
        assert refused(answer, 404)
    assert refused(workday.add(okta("olivia@acme.example")), 409, "uniqueness")
    assert Agent.objects.get().is_active


@pytest.mark.parametrize(
    "body", [okta("ANA@acme.example"), okta(phoneNumbers=[{"type": "mobile", "value": "+12015550101"}])], ids=str
)
def test_a_value_of_another_person_is_rejected_and_nothing_is_written(workday, agent, body):
    assert refused(workday.add(body), 409, "uniqueness")
    assert Agent.objects.get() == agent


def test_two_people_cannot_have_the_same_external_id(workday, agent):
    workday.add(okta())
    same = patch(op("replace", "externalId", "00ujl29u0le5T6Aj10h7"))
    assert refused(workday.patch(agent, same), 409, "uniqueness")


def test_a_changed_number_is_written_and_recorded_in_the_trail(workday, agent):
    assert workday.patch(agent, patch(op("Replace", PHONE, "+12015550109"))).status_code == 200
    assert PhoneAuthenticator.objects.get().number == "+12015550109"
    told = LoginEvent.objects.get(kind=Kind.NUMBER_CHANGED)
    assert (told.agent, "by Workday" in told.detail) == (agent, True)


HOSTILE = [
    b" ",
    b"{",
    b"[]",
    b"\xff",
    b"[" * 60_000,
    b'{"schemas": 7}',
    b'{"schemas": ["x"], "active": false}',
    b'{"schemas": [], "active": NaN}',
    b'{"schemas": [], "ACTIVE": 1, "active": 2}',
    b'{"a": ' + b"9" * 5_000 + b"}",
]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_hostile_bodies_are_rejected_and_change_nothing(workday, agent, method):
    answers = [workday.ask(method, f"/{agent.pk}", body) for body in HOSTILE]
    assert all(refused(it, 400, "invalidSyntax") for it in answers)
    assert refused(workday.ask(method, f"/{agent.pk}", b" " * 65_537), 413)
    assert Agent.objects.get().is_active


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"userName": None}, "invalidValue"),
        ({"userName": "ben"}, "invalidValue"),
        ({"displayName": "", "name": None}, "invalidValue"),
        ({"roles": [{"value": "king"}]}, "invalidValue"),
        ({ENTERPRISE: "Support"}, "invalidValue"),
        ({"actve": False}, "invalidPath"),
    ],
    ids=str,
)
def test_an_incomplete_person_is_not_added(workday, body, said):
    assert refused(workday.add(okta(**body)), 400, said)
    assert not Agent.objects.exists()


def test_a_patch_with_one_bad_operation_changes_nothing(workday, agent):
    half = patch(op("replace", "displayName", "Zoe"), op("replace", "nonsense", 1))
    assert refused(workday.patch(agent, half), 400, "invalidPath")
    assert Agent.objects.get().full_name == "Ana García"


def test_a_request_without_a_valid_secret_is_answered_401(workday, agent):
    for secret in ("", "Bearer", "Bearer wrong", "Basic x", "Bearer \x00"):
        answer = HttpClient().get(USERS, headers={"authorization": secret})
        assert refused(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Bearer")
    workday.system.enabled = False
    workday.system.save()
    assert refused(workday.get(agent), 401)


def test_other_addresses_methods_and_media_types_get_errors_of_scim(workday):
    assert refused(workday.http.post("/scim/v2/Bulk", {}), 404)
    assert refused(workday.http.post("/scim/v2/Groups", {}), 405)
    assert refused(workday.http.get("/scim/v2/Schemas/x"), 404)
    assert refused(workday.http.get("/scim/v2/Schemas?filter=id%20eq%20%22x%22"), 403)
    assert refused(workday.ask("GET", "/nobody"), 404)
    assert refused(workday.ask("DELETE"), 405)
    assert refused(workday.http.post(USERS, {"userName": "x"}), 415)


def test_okta_gets_an_empty_list_of_groups(workday):
    answer = workday.http.get("/scim/v2/Groups?startIndex=1&count=100")
    assert (answer.status_code, answer.json()["totalResults"], answer.json()["Resources"]) == (200, 0, [])


@pytest.mark.parametrize("path", ["ServiceProviderConfig", "ResourceTypes", "ResourceTypes/User", "Schemas"])
def test_a_system_discovers_what_latchkey_supports(workday, path):
    assert workday.http.get(f"/scim/v2/{path}").json()["schemas"]


def undeclared(value, attributes, where=""):
    """What a resource has and no schema declares."""
    if isinstance(value, list):
        return [it for one in value for it in undeclared(one, attributes, where)]
    known = {it["name"]: it.get("subAttributes", []) for it in attributes}
    told = value.items() if isinstance(value, dict) else []
    strange = [f"{where}{name}" for name, _ in told if name not in known]
    return strange + [x for name, it in told if name in known for x in undeclared(it, known[name], f"{name}.")]


def test_the_schemas_declare_all_that_a_person_has(workday):
    told = workday.add(entra(preferredLanguage="de")).json()
    user, enterprise = (it["attributes"] for it in workday.http.get("/scim/v2/Schemas").json()["Resources"])
    assert undeclared(told.pop(ENTERPRISE), enterprise) == []
    assert undeclared(told, user) == ["schemas", "id", "externalId", "meta"]  # those of every resource


def test_what_the_schemas_call_unique_is_what_gets_409(workday, agent):
    user = workday.http.get(f"/scim/v2/Schemas/{USER}").json()["attributes"]
    parts = [(it["name"], part) for it in user for part in [{**it, "name": ""}, *it.get("subAttributes", [])]]
    unique = [(name, part["name"]) for name, part in parts if part["uniqueness"] == "server"]
    assert unique == [("userName", ""), ("phoneNumbers", "value")]
    taken = [okta(agent.email), okta(phoneNumbers=[{"type": "mobile", "value": "+12015550101"}])]
    assert all(refused(workday.add(it), 409, "uniqueness") for it in taken)


def test_each_schema_has_an_address_of_its_own(workday):
    for it in workday.http.get("/scim/v2/Schemas").json()["Resources"]:
        assert workday.http.get(f"/scim/v2/Schemas/{it['id']}").json() == it
