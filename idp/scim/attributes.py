"""How each SCIM attribute changes a person. Pure.

Standard attributes that Latchkey does not store are ignored, so that no mapping prevents a personnel system from
deactivating someone. Unknown attributes are refused, since one may be a misspelt `active`.

Source: RFC 7643 sections 4.1 and 4.3.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from idp.agents import roles as flex_roles
from idp.importing import languages
from idp.importing.columns import Column
from idp.importing.people import Person
from idp.importing.reading import LONGEST, Rules
from idp.otp import identifiers
from idp.otp.identifiers import PhoneNumber
from idp.scim import paths
from idp.scim.body import Resource, text, truth
from idp.scim.errors import InvalidPath, InvalidValue, NoTarget
from idp.scim.paths import Path

MOBILE = "mobile"
NAMES = ("formatted", "givenname", "familyname")
LEAST_ROLES = ("agent",)
"""The roles of a person if the request names none, or removes them all: the least that Flex lets in."""
LONGEST_ID = 255
LONGEST_NUMBER = 40
LONGEST_LANGUAGES = 200
MOST_ROLES = 50
PASSED_OVER = frozenset(
    {"id", "schemas", "meta", "groups", "password", "nickname", "profileurl", "title", "usertype"}
    | {"locale", "timezone", "emails", "ims", "photos", "addresses", "entitlements", "x509certificates"}
)
PASSED_OVER_OF_EXTENSION = frozenset(
    {"employeenumber", "costcenter", "organization", "division", "manager", "schemas"}  # scim2-client adds schemas
)
PASSED_OVER_OF_ROLES = frozenset({"display", "type", "primary"})


@dataclass(frozen=True, slots=True)
class User:
    """A person, and the external ID under which the personnel system knows them."""

    person: Person
    external_id: str = ""


def whole(user: User, resource: Resource, rules: Rules) -> User:
    """Return the user with the attributes of a whole or partial resource. Omitted ones stay. Raises ScimError.

    If it has several names, the display name counts, in whatever order they come.
    """
    names = "displayname", f"{paths.USER}:displayName".lower()
    for key in sorted(resource, key=lambda it: it in names):
        if not _is_foreign(key):
            user = put(user, paths.parse(key, PASSED_OVER), resource[key], rules)
    return user


def put(user: User, path: Path, value: Any, rules: Rules) -> User:  # noqa: ANN401 - JSON
    """Return the user with a new value at a path; null removes the value. Raises ScimError."""
    if path.extension:
        return _put_extension(user, path, value)
    if path.name in PASSED_OVER or (path.name == "roles" and path.part in PASSED_OVER_OF_ROLES):
        return user
    setter = _SETTERS.get(path.name)
    if setter is None or (path.name in _SIMPLE and (path.part or path.chosen)):
        raise InvalidPath(sentence=f"Latchkey knows no attribute {path.name[:40]}, or not this part of it.")
    return setter(user, path, value, rules)


def checked(before: User | None, after: User, rules: Rules) -> User:
    """Return the user if it can be stored. Raises InvalidValue, but never for a value that has not changed."""
    old, new = before.person if before else None, after.person
    if (old is None or old.email != new.email) and not rules.is_email(new.email):
        raise InvalidValue(sentence="userName must be an email, such as name@company.com.")
    if not new.full_name and (old is None or old.full_name):
        raise InvalidValue(
            sentence="A user needs a full name: displayName, name.formatted, or both givenName and familyName."
        )
    if not new.roles and (old is None or old.roles):
        return replace(after, person=replace(new, roles=LEAST_ROLES))
    if (old is None or old.roles != new.roles) and (fault := flex_roles.fault(frozenset(new.roles))):
        raise InvalidValue(sentence=f"roles: {fault[:300]}")
    return after


def objects(value: Any, name: str) -> list[Resource]:  # noqa: ANN401 - JSON
    """Return a list of objects. A plain text becomes an object with that `value`. Raises InvalidValue."""
    items = [] if value is None else value if isinstance(value, list) else [value]
    if len(items) > MOST_ROLES:
        raise InvalidValue(sentence=f"{name} has more than {MOST_ROLES} values.")
    found = [{"value": it} if isinstance(it, str) else it for it in items]
    if not all(isinstance(it, dict) for it in found):
        raise InvalidValue(sentence=f"{name} must be a list of objects with a value.")
    return found


def role_names(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    """Return the role names in a list. Raises InvalidValue."""
    return tuple(text(_bare_role(it.get("value")), "roles", 40).lower() for it in objects(value, "roles"))


def with_roles(user: User, names: tuple[str, ...]) -> User:
    """Return the user with these roles, in the order of the fixed list. Raises InvalidValue for unknown ones."""
    if strange := sorted(set(names) - set(flex_roles.ROLES)):
        raise InvalidValue(sentence=f"roles: {flex_roles.fault(frozenset(strange[:3]))}")
    return _with(user, roles=tuple(it for it in flex_roles.ROLES if it in names))


def _bare_role(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the role's value. A PATCH of Entra ID has a whole role there, as an object in a text."""
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    try:
        return json.loads(value).get("value")
    except (ValueError, RecursionError):
        return value


def _is_foreign(key: str) -> bool:
    """Whether this is another vendor's schema extension."""
    ours = paths.USER.lower(), paths.ENTERPRISE.lower()
    return key.startswith("urn:") and not key.startswith(ours)


def _with(user: User, **changes: Any) -> User:
    return replace(user, person=replace(user.person, **changes))


def _put_extension(user: User, path: Path, value: Any) -> User:  # noqa: ANN401 - JSON
    if not path.name:
        if value is not None and not isinstance(value, dict):
            raise InvalidValue(sentence="The enterprise extension must be an object.")
        for name, it in ({"department": None} if value is None else value).items():
            user = _put_extension(user, Path(name), it)
        return user
    if path.name in PASSED_OVER_OF_EXTENSION:
        return user
    if path.name != "department" or path.part or path.chosen:
        raise InvalidPath(
            sentence=f"Latchkey knows no attribute {path.name[:40]} in the enterprise extension, or not this part."
        )
    return _with(user, department=text(value, "department", LONGEST[Column.DEPARTMENT]))


def _user_name(user: User, _: Path, value: Any, __: Rules) -> User:  # noqa: ANN401 - JSON
    email = text(value, "userName", LONGEST[Column.EMAIL])
    return user if email.lower() == user.person.email.lower() else _with(user, email=email)


def _external_id(user: User, _: Path, value: Any, __: Rules) -> User:  # noqa: ANN401 - JSON
    return replace(user, external_id=text(value, "externalId", LONGEST_ID))


def _display_name(user: User, _: Path, value: Any, __: Rules) -> User:  # noqa: ANN401 - JSON
    return _with(user, full_name=text(value, "displayName", LONGEST[Column.FULL_NAME])) if value else user


def _name(user: User, path: Path, value: Any, _: Rules) -> User:  # noqa: ANN401 - JSON
    """Set the name: the formatted one, or given and family name together. One of these alone is ignored."""
    parts = {path.part: value} if path.part else value or {}
    if not isinstance(parts, dict) or path.chosen:
        raise InvalidValue(sentence="name must be an object.")
    known = {it: text(parts.get(it), "name", LONGEST[Column.FULL_NAME]) for it in NAMES}
    both = f"{known['givenname']} {known['familyname']}" if known["givenname"] and known["familyname"] else ""
    full = known["formatted"] or both
    return _with(user, full_name=text(full, "name", LONGEST[Column.FULL_NAME])) if full else user


def _preferred_language(user: User, _: Path, value: Any, __: Rules) -> User:  # noqa: ANN401 - JSON
    """Set the language. An unsupported one is ignored, so that it does not prevent deactivation."""
    wanted = text(value, "preferredLanguage", LONGEST_LANGUAGES)
    read = languages.read(wanted) if wanted else ""
    return user if read is None else _with(user, language=read)


def _active(user: User, _: Path, value: Any, __: Rules) -> User:  # noqa: ANN401 - JSON
    return _with(user, may_sign_in=truth(value, "active"))


def _phone_numbers(user: User, path: Path, value: Any, rules: Rules) -> User:  # noqa: ANN401 - JSON
    """Set the mobile number. Other numbers are ignored, and what has no mobile number or no value changes nothing."""
    if path.chosen is None:
        if path.part:
            raise InvalidPath(sentence='Name the number in the path: phoneNumbers[type eq "mobile"].value.')
        found = objects(value, "phoneNumbers")
        mobile = [it for it in found if text(it.get("type"), "type", 40).lower() == MOBILE]
        if found and not mobile:
            return user
    elif path.part not in {"", "value"} or not _means_mobile(user, path.chosen, rules):
        return user
    else:
        mobile = [{"value": value}] if path.part else objects(value, "phoneNumbers")
    if len(mobile) > 1:
        raise InvalidValue(sentence="A user can have only one mobile number.")
    if mobile and "value" not in mobile[0]:
        return user
    typed = text(mobile[0]["value"], "phoneNumbers", LONGEST_NUMBER) if mobile else ""
    if typed and not user.person.number and path.chosen and path.chosen[0] == "primary":
        raise NoTarget(sentence='No number is primary yet. Name its type: phoneNumbers[type eq "mobile"].value.')
    return _with(user, number=_number(typed, rules))


def _means_mobile(user: User, chosen: tuple[str, str], rules: Rules) -> bool:
    """Whether brackets choose the mobile number, which is the primary one. No other number is stored."""
    match chosen:
        case "type", kind:
            return kind.lower() == MOBILE
        case "value", number:
            read = identifiers.parse(number, rules.default_country)
            return isinstance(read, PhoneNumber) and read.e164 == user.person.number
        case "primary", primary:
            return primary.lower() == "true"
    return False


def _number(typed: str, rules: Rules) -> str:
    read = identifiers.parse(typed, rules.default_country) if typed else None
    if read is None or isinstance(read, PhoneNumber):
        return read.e164 if read else ""
    fault = identifiers.Fault.NO_COUNTRY if isinstance(read, identifiers.Email) else read
    raise InvalidValue(sentence=f"phoneNumbers: {fault}.")


def _roles(user: User, path: Path, value: Any, _: Rules) -> User:  # noqa: ANN401 - JSON
    if path.part not in {"", "value"} or (path.part and path.chosen is None):
        raise InvalidPath(sentence="Latchkey stores only the value of a role.")
    if path.chosen and path.chosen[0] != "primary":
        raise InvalidPath(sentence="The value of one role cannot be replaced. Remove the role and add another one.")
    return with_roles(user, role_names(value))


_SETTERS: dict[str, Callable[[User, Path, Any, Rules], User]] = {
    "username": _user_name,
    "externalid": _external_id,
    "displayname": _display_name,
    "preferredlanguage": _preferred_language,
    "name": _name,
    "active": _active,
    "phonenumbers": _phone_numbers,
    "roles": _roles,
}
_SIMPLE = frozenset({"username", "externalid", "displayname", "preferredlanguage", "active"})
