"""Bodies in the shapes that Okta and Entra ID send, by their documentation; the people are made up."""

import json

MEDIA_TYPE = "application/scim+json"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def patch(*operations):
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}


def op(act, path=None, value=None):
    told = {"op": act, "path": path, "value": value}
    return {name: it for name, it in told.items() if it is not None}


def app_roles(*names):
    """How Entra ID's PATCH has app roles: each as an object in a text."""
    return [{"value": json.dumps({"id": f"06b07648-{name}", "value": name, "displayName": name})} for name in names]


def okta(email="ben@acme.example", **changed):
    """What Okta posts, and puts."""
    return {
        "schemas": [USER],
        "userName": email,
        "name": {"givenName": "Ben", "familyName": "Ono"},
        "emails": [{"primary": True, "value": email, "type": "work"}],
        "displayName": "Ben Ono",
        "phoneNumbers": [
            {"value": "+12015550150", "type": "work"},
            {"value": "+1 201 555 0102", "type": "mobile", "primary": True},
        ],
        "locale": "en-US",
        "externalId": "00ujl29u0le5T6Aj10h7",
        "groups": [],
        "password": "1mz050nq",
        "active": True,
        **changed,
    }


def entra(**changed):
    """What Entra ID posts."""
    return {
        "schemas": [USER, ENTERPRISE],
        "externalId": "ben",
        "userName": "ben@acme.example",
        "active": "True",
        "addresses": [{"type": "work", "formatted": "Acme Street 1"}],
        "displayName": "Ben Ono",
        "emails": [{"type": "work", "value": "ben@acme.example", "primary": True}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Ben Ono", "familyName": "Ono", "givenName": "Ben"},
        "phoneNumbers": [{"type": "mobile", "value": "+12015550102"}],
        "roles": [{"primary": True, "value": "supervisor"}, {"value": "wfo.team_leader"}],
        "title": "Lead",
        ENTERPRISE: {"department": "Support", "employeeNumber": "17", "manager": {"value": "x"}},
        **changed,
    }
