"""Operations in every spelling, and what they make of a person. Pure."""

import json
from dataclasses import replace

import pytest

from idp.importing.people import Person
from idp.importing.reading import Rules
from idp.scim import attributes, body, patching
from idp.scim.attributes import User
from idp.scim.errors import InvalidValue, NoTarget, ScimError
from tests.scim.bodies import ENTERPRISE, USER, app_roles, op, patch

RULES = Rules("US", lambda text: "@" in text)
ANA = User(Person("ana@acme.example", "Ana García", "+12015550101", "Support", ("agent", "wfo.team_leader")), "17")
PHONE = 'phoneNumbers[type eq "mobile"]'
PRIMARY = "phoneNumbers[primary eq true]"


def patched(*operations, user=ANA):
    read = body.read(json.dumps(patch(*operations)).encode(), patching.PATCH)
    return attributes.checked(user, patching.patched(user, read, RULES), RULES)


CHANGES = [
    (op("replace", value={"active": False}), {"may_sign_in": False}),  # Okta
    (op("Replace", "active", "False"), {"may_sign_in": False}),  # Entra ID
    (op("Replace", "active", False), {"may_sign_in": False}),
    (op("Add", value={"active": "False", "title": "x", "name.givenName": "A"}), {"may_sign_in": False}),
    (op("replace", f"{USER}:active", False), {"may_sign_in": False}),
    (op("replace", "ACTIVE", "true"), {}),
    (op("replace", "userName", "Ana.G@acme.example"), {"email": "Ana.G@acme.example"}),
    (op("replace", "userName", "ANA@acme.example"), {}),
    (op("replace", "displayName", "  Ana  G. "), {"full_name": "Ana G."}),
    (op("replace", "displayName", "\u202eAna \u2067G.\u2069"), {"full_name": "Ana G."}),
    (op("replace", "name.formatted", "Ana G."), {"full_name": "Ana G."}),
    (op("replace", "name", {"givenName": "Ana", "familyName": "G."}), {"full_name": "Ana G."}),
    (op("replace", value={"displayName": "Ana D.", "name": {"formatted": "Ana F."}}), {"full_name": "Ana D."}),
    (op("replace", "name.familyName", "G."), {}),
    (op("add", f"{PHONE}.value", "(201) 555-0103"), {"number": "+12015550103"}),
    (op("replace", value={f"{PHONE}.value": "+12015550103"}), {"number": "+12015550103"}),
    (op("replace", PHONE, {"value": "+12015550103"}), {"number": "+12015550103"}),
    (op("replace", "phoneNumbers", [{"type": "Mobile", "value": "+12015550103"}]), {"number": "+12015550103"}),
    (op("replace", f"{PHONE}.value", "tel:+1-201-555-0103"), {"number": "+12015550103"}),
    (op("add", "phoneNumbers", [{"type": "work", "value": "+12015550103"}]), {}),
    (op("replace", 'phoneNumbers[type eq "work"].value', "no number"), {}),
    (op("replace", PHONE, {"primary": True}), {}),
    (op("replace", "phoneNumbers", [{"type": "mobile", "primary": True}]), {}),
    (op("replace", PHONE, {"value": None}), {"number": ""}),
    (op("replace", PHONE, []), {"number": ""}),
    (op("remove", PHONE), {"number": ""}),
    (op("replace", f"{PRIMARY}.value", "+12015550103"), {"number": "+12015550103"}),
    (op("Replace", 'phoneNumbers[primary eq "True"].value', "+12015550103"), {"number": "+12015550103"}),
    (op("replace", "phoneNumbers[primary eq false].value", "+12015550103"), {}),
    (op("replace", 'phoneNumbers[value eq "+1 201 555 0101"].value', "+12015550103"), {"number": "+12015550103"}),
    (op("replace", 'phoneNumbers[value eq "(201) 555-0101"].value', "+12015550103"), {"number": "+12015550103"}),
    (op("remove", 'phoneNumbers[value eq "+12015550101"]'), {"number": ""}),
    (op("remove", 'phoneNumbers[value eq "+12015550199"]'), {}),
    (op("remove", 'phoneNumbers[value eq "none"]'), {}),
    (op("remove", "phoneNumbers"), {"number": ""}),
    (op("replace", "phoneNumbers", []), {"number": ""}),
    (op("replace", "preferredLanguage", "de-AT, en;q=0.5"), {"language": "de"}),
    (op("replace", "preferredLanguage", "tlh"), {}),
    (op("add", f"{ENTERPRISE}:department", "Sales"), {"department": "Sales"}),
    (op("add", value={ENTERPRISE: {"department": "Sales", "division": "x"}}), {"department": "Sales"}),
    (op("add", value={f"{ENTERPRISE}:department": "Sales"}), {"department": "Sales"}),
    (op("replace", ENTERPRISE, {"department": "Sales"}), {"department": "Sales"}),
    (op("remove", f"{ENTERPRISE}:department"), {"department": ""}),
    (op("remove", ENTERPRISE), {"department": ""}),
    (op("replace", ENTERPRISE, {}), {}),
    (op("add", ENTERPRISE, {"schemas": [ENTERPRISE], "department": "Sales"}), {"department": "Sales"}),  # scim2-client
    (op("remove", f"{ENTERPRISE}:manager"), {}),
    (op("add", "roles", [{"value": "supervisor"}]), {"roles": ("agent", "supervisor", "wfo.team_leader")}),
    (op("add", value={"roles": [{"value": "supervisor"}]}), {"roles": ("agent", "supervisor", "wfo.team_leader")}),
    (op("replace", "roles", [{"value": "Agent"}]), {"roles": ("agent",)}),
    (op("replace", 'roles[primary eq "True"].value', "agent"), {"roles": ("agent",)}),
    (op("Add", "roles", app_roles("supervisor")), {"roles": ("agent", "supervisor", "wfo.team_leader")}),
    (op("remove", "roles"), {"roles": ("agent",)}),
    (op("Remove", 'roles[primary eq "True"].value'), {"roles": ("agent",)}),
    (op("remove", "roles[primary eq false]"), {}),
    (op("remove", 'roles[type eq "WindowsAzureActiveDirectoryRole"]'), {}),
    (op("remove", 'roles[display eq "Team leader"].value'), {}),
    (op("replace", "roles", []), {"roles": ("agent",)}),
    (op("replace", "roles", app_roles("agent")), {"roles": ("agent",)}),
    (op("Add", 'roles[primary eq "True"].display', "Team leader"), {}),
    (op("Replace", 'roles[primary eq "True"].type', "WindowsAzureActiveDirectoryRole"), {}),
    (op("replace", value={'roles[primary eq "True"].display': "Team leader"}), {}),
    (op("remove", 'roles[primary eq "True"].display'), {}),
    (op("remove", 'roles[value eq "wfo.team_leader"]'), {"roles": ("agent",)}),
    (op("remove", "roles", [{"value": "wfo.team_leader"}]), {"roles": ("agent",)}),
    (op("Add", 'roles[primary eq "True"].value', "supervisor"), {"roles": ("agent", "supervisor", "wfo.team_leader")}),
    (op("replace", 'emails[type eq "work"].value', "else@acme.example"), {}),
    (op("replace", 'emails[type eq "work" and primary eq true].value', "else@acme.example"), {}),
    (op("remove", "addresses[primary pr]"), {}),
    (op("replace", value={'emails[type eq "work" and value ew "acme.example"].value': "x"}), {}),
    (op("add", "urn:acme:own:1.0:User:shoe", 43), {}),
    (op("add", value={"urn:acme:own:1.0:User": {"shoe": 43}}), {}),
]


@pytest.mark.parametrize(("operation", "changes"), CHANGES, ids=str)
def test_an_operation_changes_this_and_nothing_else(operation, changes):
    after = patched(operation)
    assert {it: getattr(after.person, it) for it in changes} == changes
    others = set(Person.__slots__) - set(changes)
    assert all(getattr(after.person, it) == getattr(ANA.person, it) for it in others)


REFUSED = [
    (op("replace", "actve", False), "invalidPath"),
    (op("replace", value={"actve": False}), "invalidPath"),
    (op("replace", "active", "no"), "invalidValue"),
    (op("replace", "active", 0), "invalidValue"),
    (op("replace", "active.value", False), "invalidPath"),
    (op("replace", value=["active"]), "invalidValue"),
    (op("remove", "active"), "mutability"),
    (op("remove", "userName"), "mutability"),
    (op("replace", "id", "x"), "mutability"),
    (op("add", "groups", [{"value": "x"}]), "mutability"),
    (op("remove"), "noTarget"),
    (op("move", "active", False), "invalidSyntax"),
    (op(7, "active", False), "invalidSyntax"),
    (op(["replace"], "active", False), "invalidSyntax"),
    (op("replace", ["active"], False), "invalidSyntax"),
    ("active", "invalidSyntax"),
    (op("replace", "userName", "no email"), "invalidValue"),
    (op("replace", "userName", ["a@acme.example"]), "invalidValue"),
    (op("replace", "displayName", "x" * 257), "invalidValue"),
    (op("replace", "displayName", "nul\x00"), "invalidValue"),
    (op("replace", "displayName", "half \ud800"), "invalidValue"),
    (op("replace", "externalId", "x" * 256), "invalidValue"),
    (op("replace", "name", "Ana"), "invalidValue"),
    (op("replace", f"{PHONE}.value", "555"), "invalidValue"),
    (op("replace", f"{PHONE}.value", {"a": 1}), "invalidValue"),
    (op("replace", PHONE, [{"value": "+12015550103"}, {"value": "+12015550104"}]), "invalidValue"),
    (op("replace", "phoneNumbers.value", "+12015550103"), "invalidPath"),
    (op("replace", "phoneNumbers", [{"type": "mobile", "value": "+12015550103"}] * 2), "invalidValue"),
    (op("replace", 'phoneNumbers[type eq "mobile" or type eq "x"].value', "x"), "invalidPath"),
    (op("replace", "roles", [{"value": "owner"}]), "invalidValue"),
    (op("replace", "roles", [{"value": "admin"}]), "invalidValue"),
    (op("replace", "roles", [7]), "invalidValue"),
    (op("add", "roles", app_roles("owner")), "invalidValue"),
    (op("add", "roles", [{"value": "{"}]), "invalidValue"),
    (op("add", "roles", [{"value": '{"value": ["agent"]}'}]), "invalidValue"),
    (op("add", 'roles[primary eq "True"].colour', "agent"), "invalidPath"),
    (op("replace", 'roles[value eq "agent"].value', "supervisor"), "invalidPath"),
    (op("replace", 'roles[type eq "Flex"].value', "supervisor"), "invalidPath"),
    (op("add", 'roles[type eq "Flex"].value', "supervisor"), "invalidValue"),
    (op("add", "roles", ["agent"] * 51), "invalidValue"),
    (op("replace", f"{ENTERPRISE}:department", "x" * 101), "invalidValue"),
    (op("replace", f"{ENTERPRISE}:departement", "Sales"), "invalidPath"),
    (op("replace", f"{ENTERPRISE}:department.value", "Sales"), "invalidPath"),
    (op("replace", USER, {"active": False}), "invalidPath"),
]


@pytest.mark.parametrize(("operation", "said"), REFUSED, ids=lambda it: str(it)[:70])
def test_an_impossible_operation_gets_the_error_type_of_the_standard(operation, said):
    with pytest.raises(ScimError) as refused:
        patched(op("replace", "active", False), operation)
    assert refused.value.scim_type == said


@pytest.mark.parametrize("typed", ["ana@acme.example", "2015550103123456", "555"])
def test_a_number_that_cannot_be_one_is_named_with_its_fault(typed):
    with pytest.raises(InvalidValue, match=r"^phoneNumbers: (Start with \+|That number is too)"):
        patched(op("replace", f"{PHONE}.value", typed))


@pytest.mark.parametrize(("path", "value"), [("roles", [{"value": "agent"}]), ('roles[value eq "agent"]', None)])
def test_one_role_is_removed_and_the_others_stay(path, value):
    lead = User(replace(ANA.person, roles=("agent", "supervisor", "wfo.team_leader")))
    assert patched(op("remove", path, value), user=lead).person.roles == ("supervisor", "wfo.team_leader")


def test_a_body_has_only_numbers_of_json():
    with pytest.raises(ScimError):
        body.read(b'{"schemas": ["%s"], "x": NaN}' % USER.encode(), USER)


def test_whoever_has_no_number_has_no_primary_one_to_change():
    ana = User(Person("ana@acme.example", "Ana", roles=("agent",)))
    assert patched(op("remove", PRIMARY), user=ana) == ana
    with pytest.raises(NoTarget, match="type"):
        patched(op("replace", f"{PRIMARY}.value", "+12015550103"), user=ana)


@pytest.mark.parametrize("operations", [None, [], {}, [op("replace", "active", True)] * 101])
def test_a_patch_has_1_to_100_operations(operations):
    with pytest.raises(ScimError):
        patching.patched(ANA, {"operations": operations}, RULES)


def test_a_person_with_an_invalid_email_and_no_name_can_still_be_switched_off():
    poor = User(Person("not an email"))
    assert not patched(op("replace", "active", False), user=poor).person.may_sign_in
