"""Finds what is wrong with a release list, in sentences for the operator who saves it."""

from collections import Counter
from collections.abc import Iterable, Iterator

from idp.saml import names
from idp.saml.attributes.release_list import (
    FLEX,
    Release,
    Rules,
    Source,
    lines_to_send,
    no_longer_sent,
    printable,
    split,
)
from idp.saml.attributes.types import Type, type_faults
from idp.saml.documents.elements import writable

LONGEST_NAME = 256

# Only attributes that are never empty can have a type, since it is unknown whether Flex accepts an empty typed value.
_FACT_TYPES: dict[Source, tuple[frozenset[Type | None], str]] = {
    Source.EMAIL: (frozenset({None, Type.STRING}), "text: end the name in .string or leave the ending out"),
    Source.FULL_NAME: (frozenset({None, Type.STRING}), "text: end the name in .string or leave the ending out"),
    Source.ROLES: (frozenset({Type.STRINGARRAY}), "several values: end the name in .stringarray"),
    Source.DEPARTMENT: (frozenset({None}), "text that may be empty: leave the ending out"),
    Source.PHONE: (frozenset({None}), "text that may be empty: leave the ending out"),
}


def faults(
    releases: Iterable[Release], rules: Rules = FLEX, *, sent_before: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Return what is wrong with a list, in sentences for an operator; empty if it can be saved.

    `sent_before` are the names that the service provider was ever sent about anyone.
    """
    releases = tuple(releases)
    found = [f"{printable(it.name)}: {fault}." for it in releases for fault in _line_faults(it, rules)]
    lines = lines_to_send(releases, rules)
    found += _twice([it.name for it in lines], rules)
    kept = {split(it.name, rules)[0] for it in lines}
    found += [
        f"{printable(name)}: Flex keeps the last value, and an empty one of this type cannot be sent. "
        f"Do not remove it; give it a fixed value instead."
        for name in no_longer_sent(kept, sent_before, rules)
        if split(name, rules)[1]
    ]
    return tuple(found)


def value_faults(line: Release, rules: Rules) -> tuple[str, ...]:
    """Return what is wrong with the fixed values of a line, as `faults` does."""
    kind = split(line.name, rules)[1]
    return tuple(f"{printable(line.name)}: {fault}." for fault in _fixed_faults(line, kind))


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
    yield from _fixed_faults(line, split(line.name, rules)[1])


def _fixed_faults(line: Release, kind: Type | None) -> Iterator[str]:
    if line.source is Source.FIXED:
        yield from type_faults(line.fixed, kind)
    elif line.fixed:
        yield "there are both a fixed value and a fact of the person; choose one"


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
    base, kind = split(line.name, rules)
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


def _twice(listed: list[str], rules: Rules) -> Iterator[str]:
    counted = Counter(split(name, rules)[0] for name in listed)
    for base in (base for base, times in counted.items() if times > 1):
        both = ", ".join(printable(name) for name in listed if split(name, rules)[0] == base)
        yield f"{both}: this is one and the same attribute; keep one."
