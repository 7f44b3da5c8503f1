"""The types of attributes in Flex: the ending of a name that says the type, and which values it allows."""

import re
from collections.abc import Iterator
from enum import StrEnum

from idp.saml.documents.elements import writable

LONGEST_VALUE = 1024


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
        """Whether it is an array."""
        return self.endswith("array")

    @property
    def item(self) -> "Type":
        """The type of one item, or of the value itself."""
        return Type(self.removesuffix("array"))


_ITEMS = {
    Type.INT: (re.compile(r"-?\d+", re.ASCII), "a whole number, such as 5 or -5"),
    Type.BOOLEAN: (re.compile(r"true|false"), "true or false"),
    Type.STRING: (re.compile(r".*", re.DOTALL), "text"),
}


def written(values: tuple[str, ...], kind: Type | None) -> tuple[str, ...]:
    """Return values as they are sent: those of an array as one text."""
    return (",".join(values),) if kind and kind.is_array else values


def type_faults(values: tuple[str, ...], kind: Type | None) -> Iterator[str]:
    """Yield what is wrong with the values of an attribute, if it has this type."""
    if not values:
        yield "it has no value"
    if not all(map(writable, values)):
        yield "a value holds a character that XML cannot hold"
    if max(map(len, written(values, kind)), default=0) > LONGEST_VALUE:
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
