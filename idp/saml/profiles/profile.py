"""What a type of service provider expects, and the facts about a person that it may get."""

from dataclasses import dataclass, replace

from idp.saml.names import EMAIL_ADDRESS, PERSISTENT, TRANSIENT, UNSPECIFIED
from idp.values import value

_CHOICE = (UNSPECIFIED, EMAIL_ADDRESS, PERSISTENT, TRANSIENT)


@value
class Person:
    """An agent as a service provider sees them. `name_id` is that service provider's name for them.

    `phone` is in E.164; it and `department` may be empty.
    """

    name_id: str
    email: str
    full_name: str
    roles: tuple[str, ...]
    department: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """One type of service provider: how a new connection is set up, and what its Assertions say.

    `accepted_name_id_formats` may be asked for, besides none and unspecified, which get `name_id_format`. So
    do all the others, unless `format_as_asked`: then each gets what it is.
    """

    slug: str
    label: str
    timeout_policy: str
    requested_context: str
    accepted_name_id_formats: tuple[str, ...]
    name_id_format: str
    format_as_asked: bool = False


def configured(profile: Profile, name_id_format: str) -> Profile:
    """Return a profile with the NameID format that an operator chose for one service provider.

    Where formats are answered as asked, the chosen one may be asked for from now on. Raises ValueError for one
    that cannot be chosen: Flex would bill a new user for each transient name.
    """
    accepted = profile.accepted_name_id_formats
    if name_id_format not in (_CHOICE if profile.format_as_asked else accepted):
        raise ValueError(f"{profile.label} cannot be given a NameID of the format {name_id_format!r}")
    accepted = tuple(dict.fromkeys((*accepted, name_id_format)))
    return replace(profile, name_id_format=name_id_format, accepted_name_id_formats=accepted)


def answered_format(profile: Profile, requested: str | None) -> str:
    """Return the format of the NameID that answers a request for one (Core 3.4.1.1).

    Raises ValueError for a format that is not accepted; `authn_request.check` lets none of them pass.
    """
    if requested in (None, UNSPECIFIED):
        return profile.name_id_format
    if requested not in profile.accepted_name_id_formats:
        raise ValueError(f"{profile.label} does not accept the NameID format {requested!r}")
    return requested if profile.format_as_asked else profile.name_id_format


def may_be_made(profile: Profile, answered: str, *, allow_create: bool) -> bool:
    """Tell whether a request allows to make the name that it would be answered with (Core 3.4.1.1, erratum E14).

    Only a persistent name is made for one service provider, so only it can be forbidden to be made. A profile with
    one fixed format always allows it.
    """
    return allow_create or answered != PERSISTENT or not profile.format_as_asked
