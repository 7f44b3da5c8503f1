"""Which attributes of a person a response has, by `attributes` or `excludedAttributes`. Pure.

Every attribute that a response can have is `returned` by default, but for the two that always are: an attribute that
is never returned is in no resource to choose from.

Source: RFC 7643 section 7; RFC 7644 sections 3.9 and 3.10.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from idp.scim.body import Resource
from idp.scim.errors import InvalidValue
from idp.scim.paths import ENTERPRISE, USER

Keys = tuple[str, ...]
"""The way to a value in a resource, in lower case: attribute and sub-attribute, after the URN of an extension."""

ALWAYS: frozenset[Keys] = frozenset({("id",), ("schemas",)})


@dataclass(frozen=True, slots=True)
class Selection:
    """The only attributes that a client wants, if it names any, or those that it does not want."""

    only: frozenset[Keys] = frozenset()
    without: frozenset[Keys] = frozenset()

    def of(self, resource: Resource) -> Resource:
        """Return what is wanted of a resource. Its `schemas` are those of the attributes that are left."""
        if not self.only and not self.without:
            return resource
        left: Resource = self._left(resource, ())
        return left | {"schemas": [it for it in resource["schemas"] if it == USER or it in left]}

    def _left(self, value: Any, keys: Keys) -> Any:  # noqa: ANN401 - JSON
        """Return what is wanted of a value; null is nothing."""
        if keys in ALWAYS or keys in self.only:
            return value
        if keys in self.without:
            return None
        if isinstance(value, dict):
            inner = {name: self._left(it, (*keys, name.lower())) for name, it in value.items()}
            return {name: it for name, it in inner.items() if it is not None} or None
        if isinstance(value, list):
            return [it for it in (self._left(one, keys) for one in value) if it is not None] or None
        return None if self.only else value


def read(attributes: object, excluded: object) -> Selection:
    """Read both lists of names: each a list of texts, or a text with commas. An unknown name stands for nothing.

    Raises InvalidValue, also for both at once, which exclude each other.
    """
    only = frozenset(_keys(it) for it in _names(attributes, "attributes"))
    without = frozenset(_keys(it) for it in _names(excluded, "excludedAttributes"))
    if only and without:
        raise InvalidValue(sentence="Send attributes or excludedAttributes, not both.")
    return Selection(only, without)


def _names(value: object, name: str) -> Iterator[str]:
    for it in value if isinstance(value, list) else [] if value is None else [value]:
        if not isinstance(it, str):
            raise InvalidValue(sentence=f"{name} must be a list of names.")
        yield from filter(None, (one.strip().lower() for one in it.split(",")))


def _keys(name: str) -> Keys:
    if name == ENTERPRISE.lower():
        return (name,)
    if name.startswith(start := f"{ENTERPRISE.lower()}:"):
        return (ENTERPRISE.lower(), *name.removeprefix(start).split("."))
    return tuple(name.removeprefix(f"{USER.lower()}:").split("."))
