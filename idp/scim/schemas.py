"""SCIM's representation of people, and of what Latchkey supports. Pure.

Source: RFC 7643 sections 3.1, 5, 6, 7 and 8.7; RFC 7644 section 3.4.2.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from idp.agents.roles import ROLES
from idp.scim.attributes import User
from idp.scim.body import Resource
from idp.scim.paths import ENTERPRISE, USER

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
MOST_RESULTS = 200
READ_ONLY = "readOnly"
_CORE = "urn:ietf:params:scim:schemas:core:2.0:"


def user(user: User, pk: UUID, created: datetime, base: str) -> Resource:
    """Return a person as a resource, without empty attributes."""
    person, known = user.person, {"externalId": user.external_id} if user.external_id else {}
    number = [{"value": person.number, "type": "mobile", "primary": True}] if person.number else []
    extension = {ENTERPRISE: {"department": person.department}} if person.department else {}
    return {
        "schemas": [USER, *extension],
        "id": str(pk),
        **known,
        "userName": person.email,
        "name": {"formatted": person.full_name},
        "displayName": person.full_name,
        "emails": [{"value": person.email, "type": "work", "primary": True}],
        **({"phoneNumbers": number} if number else {}),
        **({"preferredLanguage": person.language} if person.language else {}),
        "active": person.may_sign_in,
        "roles": [{"value": role} for role in person.roles],
        **extension,
        "meta": {"resourceType": "User", "created": created.isoformat(), "location": f"{base}/Users/{pk}"},
    }


def listed(resources: Sequence[Resource], total: int, start: int = 1) -> Resource:
    """Return one page of a list."""
    paging = {"totalResults": total, "startIndex": start, "itemsPerPage": len(resources)}
    return {"schemas": [LIST], **paging, "Resources": resources}


def service_provider_config(base: str) -> Resource:
    """Return what Latchkey supports."""
    how = {
        "type": "oauthbearertoken",
        "name": "Secret of a personnel system",
        "description": "An operator makes it in the admin. Send it as Authorization: Bearer.",
        "primary": True,
    }
    return {
        "schemas": [f"{_CORE}ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST_RESULTS},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": False},
        "authenticationSchemes": [how],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }


def resource_types(base: str) -> list[Resource]:
    """Return the only resource type, User."""
    return [
        {
            "schemas": [f"{_CORE}ResourceType"],
            "id": "User",
            "name": "User",
            "endpoint": "/Users",
            "description": "An agent.",
            "schema": USER,
            "schemaExtensions": [{"schema": ENTERPRISE, "required": False}],
            "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/User"},
        }
    ]


def schemas(base: str) -> list[Resource]:
    """Return the supported attributes."""
    named = {
        USER: ("User", _of_user()),
        ENTERPRISE: ("EnterpriseUser", [_attribute("department", "The department. Latchkey creates it if it is new.")]),
    }
    return [
        {
            "schemas": [f"{_CORE}Schema"],
            "id": urn,
            "name": name,
            "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{urn}"},
        }
        for urn, (name, attributes) in named.items()
    ]


def _of_user() -> list[Resource]:
    mobile = _attribute("type", "Latchkey stores only the mobile number.", canonicalValues=["mobile"])
    role = _attribute("value", "A Flex role.", canonicalValues=list(ROLES))
    primary = _attribute("primary", "Always true: there is only one.", type="boolean", mutability=READ_ONLY)
    return [
        _attribute("userName", "The email address.", required=True, uniqueness="server"),
        _many("name", "The full name: formatted, or givenName with familyName.", _of_name(), False),
        _attribute("displayName", "The full name. It takes precedence over name."),
        _many(
            "emails",
            "The userName, as a work address.",
            [
                _attribute("value", "The email address.", mutability=READ_ONLY),
                _attribute("type", "Always work.", mutability=READ_ONLY, canonicalValues=["work"]),
                primary,
            ],
            mutability=READ_ONLY,
        ),
        _many(
            "phoneNumbers",
            "The mobile number to which codes are sent.",
            [_attribute("value", "In E.164, such as +12015550101.", uniqueness="server"), mobile, primary],
        ),
        _attribute("preferredLanguage", "The language of the pages and texts, if Latchkey supports it."),
        _attribute("active", "Whether the person may sign in. False ends every sign-in at once.", type="boolean"),
        _many("roles", "The Flex roles.", [role]),
    ]


def _of_name() -> list[Resource]:
    half = {"mutability": "writeOnly", "returned": "never"}
    return [
        _attribute("formatted", "The full name."),
        _attribute("givenName", "The first half of the full name.", **half),
        _attribute("familyName", "The second half of the full name.", **half),
    ]


def _attribute(name: str, description: str, **more: Any) -> Resource:
    usual = {"type": "string", "multiValued": False, "required": False, "caseExact": False, "returned": "default"}
    return {"name": name, "description": description, **usual, "mutability": "readWrite", "uniqueness": "none", **more}


def _many(name: str, description: str, parts: list[Resource], many: bool = True, **more: Any) -> Resource:
    return _attribute(name, description, type="complex", multiValued=many, subAttributes=parts, **more)
