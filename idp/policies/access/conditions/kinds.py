"""What a condition is, and how it is stored: a tag, and the fields of its dataclass.

To add a kind, write another frozen dataclass in this package, with `label`, `ask`, `sentence`, and a field that turns
the question round: `negated`, `under` or `outside`.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from datetime import time
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, TypeVar, get_args, get_origin, get_type_hints

from idp.policies.access.facts import Facts


class Answer(StrEnum):
    """An answer to a condition. *Unknown* is final: nothing known decides it. *Later*: a fact still to come may."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    LATER = "later"


class Condition(Hashable, Protocol):
    """One question. A rule matches only if all of its questions are answered yes."""

    label: ClassVar[str]

    @property
    def reads(self) -> tuple[str, ...]:
        """The facts that the answer depends on, and no others."""

    def ask(self, facts: Facts) -> Answer:
        """Answer by what is known so far."""

    def sentence(self) -> str:
        """Say the condition in words, to follow "if"."""


Kind = TypeVar("Kind", bound=type[Condition])
_KINDS: dict[str, type[Condition]] = {}
KINDS: Mapping[str, type[Condition]] = MappingProxyType(_KINDS)
_OPPOSITES = {Answer.YES: Answer.NO, Answer.NO: Answer.YES}


def kind(tag: str) -> Callable[[Kind], Kind]:
    """Register a dataclass under the tag that it is stored with."""

    def register(condition: Kind) -> Kind:
        if tag in _KINDS:
            raise ValueError(f"two kinds of condition are called {tag!r}")
        _KINDS[tag] = condition
        return condition

    return register


def turned(negated: bool, answer: Answer) -> Answer:
    """Swap yes and no; unknown and later stay the same."""
    return _OPPOSITES.get(answer, answer) if negated else answer


def field_types(condition: type[Condition]) -> dict[str, Any]:
    """Return the fields that a form asks for and a row stores, with their types, in order."""
    types = get_type_hints(condition)
    return {field.name: types[field.name] for field in fields(condition)}  # type: ignore[arg-type]


def to_json(condition: Condition) -> dict[str, Any]:
    """Turn a condition into what the database stores."""
    tag = next(tag for tag, registered in KINDS.items() if registered is type(condition))
    return {"kind": tag} | {name: _written(getattr(condition, name)) for name in field_types(KINDS[tag])}


def from_json(stored: object) -> Condition:
    """Read a stored condition. Raises ValueError unless it fits the fields of its kind exactly."""
    values = dict(stored) if isinstance(stored, Mapping) else {}
    tag = values.pop("kind", None)
    if not isinstance(tag, str) or tag not in KINDS:
        raise ValueError(f"no kind of condition is called {tag!r}")
    wanted = field_types(KINDS[tag])
    if values.keys() != wanted.keys():
        raise ValueError(f"{tag} has the fields {', '.join(wanted)}, not {', '.join(map(str, values))}")
    return KINDS[tag](**{name: _read(values[name], wanted[name]) for name in wanted})


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A stored condition that cannot be read. Asking it raises, so it lets nobody in."""

    label: ClassVar[str] = "Unreadable"
    reads: ClassVar[tuple[str, ...]] = ()
    why: str

    def ask(self, _facts: Facts) -> Answer:
        """Raise ValueError."""
        raise ValueError(self.why)

    def sentence(self) -> str:
        """Say that it cannot be read."""
        return f"a condition that cannot be read ({self.why})"


def read_all(stored: object) -> tuple[Condition, ...]:
    """Read the stored conditions of a rule; one that cannot be read becomes an `Unreadable`."""
    if not isinstance(stored, list):
        return (Unreadable("the conditions are no list"),)
    return tuple(_read_or_keep(it) for it in stored)


def _read_or_keep(stored: object) -> Condition:
    try:
        return from_json(stored)
    except (TypeError, ValueError) as error:
        return Unreadable(str(error))


def _written(value: object) -> object:
    if isinstance(value, time):
        return value.isoformat("minutes")
    return sorted(value) if isinstance(value, AbstractSet) else value


def _read(value: object, wanted: type) -> object:
    if get_origin(wanted) is frozenset and isinstance(value, list):
        return frozenset(_read(member, get_args(wanted)[0]) for member in value)
    if wanted in (bool, int) and type(value) is wanted:
        return value
    if wanted is time and isinstance(value, str):
        return time.fromisoformat(value)
    if isinstance(wanted, type) and issubclass(wanted, str) and isinstance(value, str):
        return wanted(value)
    raise ValueError(f"{value!r} does not fit {wanted}")


def by_facts(conditions: Iterable[Condition]) -> dict[tuple[str, ...], tuple[Condition, ...]]:
    """Group conditions, each once, by the facts that they read."""
    groups: dict[tuple[str, ...], dict[Condition, None]] = {}
    for condition in conditions:
        groups.setdefault(condition.reads, {})[condition] = None
    return {reads: tuple(group) for reads, group in groups.items()}
