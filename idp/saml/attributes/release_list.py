"""Attribute release: which attributes of an agent a service provider receives (Core 2.7.3).

Flex copies attributes into its workers. It reads the type of a value from the end of its name (`skill.int`), and
refuses a sign-in if a value does not parse. It keeps an attribute until it receives another value.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from idp.saml import names
from idp.saml.attributes.attribute import Attribute
from idp.saml.attributes.types import Type, type_faults, written
from idp.saml.profiles.flex import ENHANCED, LEGACY
from idp.saml.profiles.profile import Person


class Source(StrEnum):
    """Where the values of an attribute come from: from the person, or from a fixed text."""

    EMAIL = "email"
    FULL_NAME = "full_name"
    ROLES = "roles"
    DEPARTMENT = "department"
    PHONE = "phone"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Release:
    """One line of a release list. `fixed` are the values of a FIXED source, and empty for any other."""

    name: str
    source: Source
    fixed: tuple[str, ...] = ()
    name_format: str = names.BASIC


@dataclass(frozen=True, slots=True)
class Rules:
    """What a type of service provider requires of a release list.

    If `typed`, a name may end in a Type, and the part before it is the attribute. The `mandatory` attributes are
    always sent, even if the list does not have them.
    """

    typed: bool = False
    mandatory: tuple[Release, ...] = ()


BASICS = (
    Release("roles", Source.ROLES),
    Release("full_name", Source.FULL_NAME),
    Release("email", Source.EMAIL),
)
FLEX = Rules(typed=True, mandatory=BASICS)
ANY = Rules()

_TYPES = {it.value: it for it in Type}
_RULES = {ENHANCED.slug: FLEX, LEGACY.slug: FLEX}


def rules_of(profile: str) -> Rules:
    """Return the rules of a profile, by its slug."""
    return _RULES.get(profile, ANY)


def release(
    person: Person, releases: Iterable[Release], sent_before: frozenset[str], rules: Rules = FLEX
) -> tuple[Attribute, ...]:
    """Return the attributes to send about a person: the mandatory ones, the listed ones, and those to clear.

    `sent_before` are the names that were ever sent about this person. If one is no longer sent, or has no value now, it
    is sent with one empty value. An attribute without a value that was never sent is left out. Raises ValueError for a
    value, including an empty one, that its type does not allow.
    """
    sent = [it for line in lines_to_send(releases, rules) if (it := _attribute(line, person, rules))]
    missed = sent_before.difference([it.name for it in sent])
    return (*sent, *(_clear(sent, missed, rules) if missed else ()))


def lacking(person: Person, rules: Rules) -> tuple[str, ...]:
    """Return the mandatory attributes for which this person has no value."""
    return tuple(it.name for it in rules.mandatory if not any(_values(it, person)))


def worker_attribute(name: str) -> tuple[str, Type | None]:
    """Return the worker attribute that Flex reads from this name, and the type from its ending, if any."""
    return split(name, FLEX)


def lines_to_send(releases: Iterable[Release], rules: Rules) -> tuple[Release, ...]:
    """Return the lines to send, the mandatory ones first."""
    taken = {it.name for it in rules.mandatory}
    return (*rules.mandatory, *[it for it in releases if it.name not in taken])


def split(name: str, rules: Rules) -> tuple[str, Type | None]:
    """Return the attribute that a name stands for, and the type from its ending, if the rules know types."""
    base, dot, ending = name.rpartition(".")
    if rules.typed and dot and ending in _TYPES:
        return base, _TYPES[ending]
    return name, None


def _attribute(line: Release, person: Person, rules: Rules) -> Attribute | None:
    values = _values(line, person)
    if line.source is not Source.FIXED and not any(values):
        return Attribute(line.name, values, line.name_format) if line in rules.mandatory else None
    kind = split(line.name, rules)[1]
    for fault in type_faults(values, kind):
        raise ValueError(f"{printable(line.name)}: {fault}")
    return Attribute(line.name, written(values, kind), line.name_format)


def _values(line: Release, person: Person) -> tuple[str, ...]:
    match line.source:
        case Source.EMAIL:
            return (person.email,)
        case Source.FULL_NAME:
            return (person.full_name,)
        case Source.ROLES:
            return person.roles
        case Source.DEPARTMENT:
            return (person.department,)
        case Source.PHONE:
            return (person.phone,)
        case Source.FIXED:
            return line.fixed


def _clear(sent: list[Attribute], sent_before: frozenset[str], rules: Rules) -> Iterator[Attribute]:
    for name in no_longer_sent({split(it.name, rules)[0] for it in sent}, sent_before, rules):
        if split(name, rules)[1]:
            raise ValueError(f"{printable(name)}: it was sent before, and an empty value of this type cannot be sent")
        yield Attribute(name, ("",))


def no_longer_sent(kept: set[str], sent_before: frozenset[str], rules: Rules) -> Iterable[str]:
    """Yield one name for each attribute no longer sent: `skill` before `skill.int`, since only it may be empty."""
    gone: dict[str, str] = {}
    for name in sorted(sent_before):
        base = split(name, rules)[0]
        if base not in kept:
            gone.setdefault(base, name)
    return gone.values()


def printable(name: str) -> str:
    """Return a name in a form that pages and logs can show."""
    return name if name and name.isprintable() else ascii(name)
