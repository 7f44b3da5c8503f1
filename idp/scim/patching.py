"""Applies the operations of a PATCH in order. Pure.

Source: RFC 7644 section 3.5.2. Entra ID capitalises the operations and puts paths as names within a value.
"""

from typing import Any

from idp.importing.reading import Rules
from idp.scim import attributes, paths
from idp.scim.attributes import User
from idp.scim.body import Resource
from idp.scim.errors import InvalidValue, Mutability, NoTarget, ScimError
from idp.scim.paths import Path

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MOST_OPERATIONS = 100
READ_ONLY = frozenset({"id", "meta", "groups"})
NEEDED = frozenset({"username", "active", "displayname"})


def patched(user: User, body: Resource, rules: Rules) -> User:
    """Return the user after the operations. Raises ScimError."""
    operations = body.get("operations")
    if not isinstance(operations, list) or not 1 <= len(operations) <= MOST_OPERATIONS:
        raise ScimError(sentence=f"Operations must be a list of 1 to {MOST_OPERATIONS} operations.")
    for it in operations:
        if not isinstance(it, dict):
            raise ScimError(sentence="An operation must be an object.")
        user = _after(user, it, rules)
    return user


def _after(user: User, operation: Resource, rules: Rules) -> User:
    act, path, value = operation.get("op"), operation.get("path"), operation.get("value")
    act = act.lower() if isinstance(act, str) else None
    if act not in {"add", "replace", "remove"}:
        raise ScimError(sentence="op must be add, replace or remove.")
    if path is not None and not isinstance(path, str):
        raise ScimError(sentence="path must be a text.")
    if not path:
        if act == "remove":
            raise NoTarget
        return _without_path(user, act, value, rules)
    if path.lower().startswith("urn:") and not path.lower().startswith((paths.USER.lower(), paths.ENTERPRISE.lower())):
        return user
    return _at(user, act, paths.parse(path, attributes.PASSED_OVER), value, rules)


def _without_path(user: User, act: str, value: Any, rules: Rules) -> User:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        raise InvalidValue(sentence="Without a path, the value must be an object.")
    if act == "add" and "roles" in value:
        user = _at(user, act, Path("roles"), value["roles"], rules)
        value = {name: it for name, it in value.items() if name != "roles"}
    return attributes.whole(user, value, rules)


def _at(user: User, act: str, path: Path, value: Any, rules: Rules) -> User:  # noqa: ANN401 - JSON
    if path.name in READ_ONLY and not path.extension:
        raise Mutability(sentence=f"{path.name} cannot be changed.")
    if path.name == "roles" and path.part in {"", "value"} and not path.extension and act != "replace":
        return _roles(user, act, path, value)
    if act != "remove":
        return attributes.put(user, path, value, rules)
    if path.name in NEEDED and not path.extension:
        raise Mutability(sentence=f"{path.name} cannot be removed.")
    return attributes.put(user, path, None, rules)


def _roles(user: User, act: str, path: Path, value: Any) -> User:  # noqa: ANN401 - JSON
    """Add roles, or remove some or all of them."""
    held = user.person.roles
    if act == "add":
        if path.chosen and path.chosen[0] != "primary":
            raise InvalidValue(sentence="To add roles, send a list of objects with a value.")
        return attributes.with_roles(user, (*held, *attributes.role_names(value)))
    return attributes.with_roles(user, tuple(it for it in held if it not in _gone(held, path, value)))


def _gone(held: tuple[str, ...], path: Path, value: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    """Return the roles to remove. Entra ID calls all that it set the primary one; types and names are not stored."""
    match path.chosen:
        case None:
            return held if value is None else attributes.role_names(value)
        case "value", role:
            return (role.lower(),)
        case "primary", primary if primary.lower() == "true":
            return held
    return ()
