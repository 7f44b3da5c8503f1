"""Attribute release: which attributes of an agent a service provider receives (Core 2.7.3).

Flex copies attributes into its workers. It reads the type of a value from the end of its name (`skill.int`), and
refuses a sign-in if a value does not parse. It keeps an attribute until it receives another value.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from idp.saml import names
from idp.saml.documents.elements import writable
from idp.saml.profiles.flex import ENHANCED, LEGACY
from idp.saml.profiles.profile import Person
from idp.saml.responses.assertion import Attribute

LONGEST_NAME = 256
LONGEST_VALUE = 1024


class Source(StrEnum):
    """Where the values of an attribute come from: from the person, or from a fixed text."""

    EMAIL = "email"
    FULL_NAME = "full_name"
    ROLES = "roles"
    DEPARTMENT = "department"
    PHONE = "phone"
    FIXED = "fixed"


class Type(StrEnum):
    """The endings of a name, after a dot, that tell Flex the type. An array is one text with commas."""

    INT = "int"
    BOOLEAN = "boolean"
    STRING = "string"
    STRINGARRAY = "stringarray"
    INTARRAY = "intarray"
    BOOLEANARRAY = "booleanarray"

    @property
    def is_array(self) -> bool:
        """Whether it holds items."""
        return self.endswith("array")

    @property
    def item(self) -> "Type":
        """The type of one item, or of the value itself."""
        return Type(self.removesuffix("array"))


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
    always sent, whatever the list says.
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
_ITEMS = {
    Type.INT: (re.compile(r"-?\d+", re.ASCII), "a whole number, such as 5 or -5"),
    Type.BOOLEAN: (re.compile(r"true|false"), "true or false"),
    Type.STRING: (re.compile(r".*", re.DOTALL), "text"),
}
# Only what is never empty can have a type: whether Flex takes an empty typed value is unknown.
_FACT_TYPES: dict[Source, tuple[frozenset[Type | None], str]] = {
    Source.EMAIL: (frozenset({None, Type.STRING}), "text: end the name in .string or leave the ending out"),
    Source.FULL_NAME: (frozenset({None, Type.STRING}), "text: end the name in .string or leave the ending out"),
    Source.ROLES: (frozenset({Type.STRINGARRAY}), "several values: end the name in .stringarray"),
    Source.DEPARTMENT: (frozenset({None}), "text that may be empty: leave the ending out"),
    Source.PHONE: (frozenset({None}), "text that may be empty: leave the ending out"),
}


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
    told = [it for line in _lines(releases, rules) if (it := _tell(line, person, rules))]
    missed = sent_before.difference([it.name for it in told])
    return (*told, *(_clear(told, missed, rules) if missed else ()))


def lacking(person: Person, rules: Rules) -> tuple[str, ...]:
    """Return the mandatory attributes for which this person has no value."""
    return tuple(it.name for it in rules.mandatory if not any(_values(it, person)))


def faults(
    releases: Iterable[Release], rules: Rules = FLEX, *, sent_before: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Return what is wrong with a list, in sentences for an operator; empty if it can be saved.

    `sent_before` are the names that the service provider was ever sent about anyone.
    """
    releases = tuple(releases)
    found = [f"{_shown(it.name)}: {fault}." for it in releases for fault in _line_faults(it, rules)]
    lines = _lines(releases, rules)
    found += _twice([it.name for it in lines], rules)
    kept = {_split(it.name, rules)[0] for it in lines}
    found += [
        f"{_shown(name)}: Flex keeps the last value, and an empty one of this type cannot be sent. "
        f"Do not remove it; give it a fixed value instead."
        for name in _gone(kept, sent_before, rules)
        if _split(name, rules)[1]
    ]
    return tuple(found)


def value_faults(line: Release, rules: Rules = FLEX) -> tuple[str, ...]:
    """Return what is wrong with the fixed values of a line, as `faults` does."""
    kind = _split(line.name, rules)[1]
    return tuple(f"{_shown(line.name)}: {fault}." for fault in _fixed_faults(line, kind))


def worker_attribute(name: str) -> tuple[str, Type | None]:
    """Return the worker attribute that Flex reads from this name, and the type from its ending, if any."""
    return _split(name, FLEX)


def _lines(releases: Iterable[Release], rules: Rules) -> tuple[Release, ...]:
    """Return the lines to send, the mandatory ones first."""
    taken = {it.name for it in rules.mandatory}
    return (*rules.mandatory, *[it for it in releases if it.name not in taken])


def _split(name: str, rules: Rules) -> tuple[str, Type | None]:
    base, dot, ending = name.rpartition(".")
    if rules.typed and dot and ending in _TYPES:
        return base, _TYPES[ending]
    return name, None


def _tell(line: Release, person: Person, rules: Rules) -> Attribute | None:
    values = _values(line, person)
    if line.source is not Source.FIXED and not any(values):
        return Attribute(line.name, values, line.name_format) if line in rules.mandatory else None
    kind = _split(line.name, rules)[1]
    for fault in _value_faults(values, kind):
        raise ValueError(f"{_shown(line.name)}: {fault}")
    return Attribute(line.name, _written(values, kind), line.name_format)


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


def _written(values: tuple[str, ...], kind: Type | None) -> tuple[str, ...]:
    return (",".join(values),) if kind and kind.is_array else values


def _clear(told: list[Attribute], sent_before: frozenset[str], rules: Rules) -> Iterator[Attribute]:
    for name in _gone({_split(it.name, rules)[0] for it in told}, sent_before, rules):
        if _split(name, rules)[1]:
            raise ValueError(f"{_shown(name)}: it was sent before, and an empty value of this type cannot be sent")
        yield Attribute(name, ("",))


def _gone(kept: set[str], sent_before: frozenset[str], rules: Rules) -> Iterable[str]:
    """Yield one name for each attribute no longer sent: `skill` before `skill.int`, since only it may be empty."""
    gone: dict[str, str] = {}
    for name in sorted(sent_before):
        base = _split(name, rules)[0]
        if base not in kept:
            gone.setdefault(base, name)
    return gone.values()


def _line_faults(line: Release, rules: Rules) -> Iterator[str]:
    if line in rules.mandatory:
        return
    if line.name in {it.name for it in rules.mandatory}:
        yield "it is always sent, and cannot be changed"
        return
    yield from _name_faults(line.name)
    yield from _format_faults(line.name_format)
    if rules.typed:
        yield from _flex_faults(line, rules)
    yield from _fixed_faults(line, _split(line.name, rules)[1])


def _fixed_faults(line: Release, kind: Type | None) -> Iterator[str]:
    if line.source is Source.FIXED:
        yield from _value_faults(line.fixed, kind)
    elif line.fixed:
        yield "a fixed value stands beside a fact of the person; choose one"


def _name_faults(name: str) -> Iterator[str]:
    if not name or name != name.strip():
        yield "a name is not empty and has no white space around it"
    if not writable(name):
        yield "the name holds a character that XML cannot hold"
    if len(name) > LONGEST_NAME:
        yield f"a name has at most {LONGEST_NAME} characters"


def _format_faults(name_format: str) -> Iterator[str]:
    if not name_format or name_format != name_format.strip() or not writable(name_format):
        yield "the name format is no URI"


def _flex_faults(line: Release, rules: Rules) -> Iterator[str]:
    base, kind = _split(line.name, rules)
    ending = line.name.rpartition(".")[2]
    if not base:
        yield "there is no name before the ending"
    if kind is None and line.name != ending and ending.lower() in list(Type):
        yield f"endings are written small: .{ending.lower()}"
    if "://" in line.name:
        yield "Flex does not understand an address as a name"
    if line.name_format != names.BASIC:
        yield "Flex wants the name format basic"
    if line.source is Source.FIXED and kind is None and len(line.fixed) > 1:
        yield "it has several values: end the name in .stringarray"
    if line.source in _FACT_TYPES and kind not in _FACT_TYPES[line.source][0]:
        yield f"{line.source} is {_FACT_TYPES[line.source][1]}"


def _value_faults(values: tuple[str, ...], kind: Type | None) -> Iterator[str]:
    if not values:
        yield "it has no value"
    if not all(map(writable, values)):
        yield "a value holds a character that XML cannot hold"
    if max(map(len, _written(values, kind)), default=0) > LONGEST_VALUE:
        yield f"a value has at most {LONGEST_VALUE} characters"
    if kind is not None:
        yield from _typed_faults(values, kind)


def _typed_faults(values: tuple[str, ...], kind: Type) -> Iterator[str]:
    if not all(values):
        yield "an empty value of this type cannot be sent; give an explicit one, such as 0 or false"
        return
    pattern, wanted = _ITEMS[kind.item]
    if not all(map(pattern.fullmatch, values)):
        yield f"a value is not {wanted}"
    if kind.is_array and any("," in it for it in values):
        yield "a comma separates items, so no item can hold one"
    if not kind.is_array and len(values) > 1:
        yield f"it has several values: end the name in .{kind}array"


def _twice(listed: list[str], rules: Rules) -> Iterator[str]:
    counted = Counter(_split(name, rules)[0] for name in listed)
    for base in (base for base, times in counted.items() if times > 1):
        both = ", ".join(_shown(name) for name in listed if _split(name, rules)[0] == base)
        yield f"{both}: this is one and the same attribute; keep one."


def _shown(name: str) -> str:
    """Return a name in a form that pages and logs can show."""
    return name if name and name.isprintable() else ascii(name)
