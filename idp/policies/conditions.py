"""The questions a rule may ask about a sign-in, as frozen values.

A new kind is one more dataclass here with `ask` and `sentence`; storage follows from its fields.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, fields
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar, get_args, get_origin, get_type_hints

from idp.policies.user_agents import (
    FORM_NAMES,
    PLATFORM_NAMES,
    Client,
    Form,
    Platform,
    UserAgent,
    with_touch_points,
)

LONGEST_TEXT = 200  # characters of a text to look for


class Later(Enum):
    """The type of `LATER`: this sign-in has not told the fact yet, but still will."""

    LATER = "later"


LATER: Final = Later.LATER


class Answer(StrEnum):
    """Unknown is for good: what is known cannot decide. Later: something still to come may."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one sign-in when it is judged.

    `user_agent` is None if there was no header. `touch_points` is None where script is off. `role` is every
    role the agent holds, empty if that cannot be said.
    """

    user_agent: UserAgent | None
    touch_points: int | Later | None = LATER
    role: frozenset[str] | Later = LATER


class Condition(Protocol):
    """One question; a rule counts only if all of its questions are answered yes."""

    def ask(self, facts: Facts) -> Answer:
        """Answer by what is known so far."""

    def sentence(self) -> str:
        """Say the condition in words, to follow "if"."""


Kind = TypeVar("Kind", bound=type[Condition])
_KINDS: dict[str, type[Condition]] = {}
KINDS: Mapping[str, type[Condition]] = MappingProxyType(_KINDS)


def kind(tag: str) -> Callable[[Kind], Kind]:
    """Register a dataclass under the tag it is stored by."""

    def register(condition: Kind) -> Kind:
        if tag in _KINDS:
            raise ValueError(f"two kinds of condition are called {tag!r}")
        _KINDS[tag] = condition
        return condition

    return register


def to_json(condition: Condition) -> dict[str, Any]:
    """Turn a condition into what the database stores."""
    tag = next(tag for tag, registered in KINDS.items() if registered is type(condition))
    values = {field.name: getattr(condition, field.name) for field in fields(KINDS[tag])}  # type: ignore[arg-type]
    return {"kind": tag} | {name: sorted(it) if isinstance(it, Set) else it for name, it in values.items()}


def from_json(stored: object) -> Condition:
    """Read a stored condition; whatever does not fit its kind's fields exactly is a ValueError."""
    values = dict(stored) if isinstance(stored, Mapping) else {}
    tag = values.pop("kind", None)
    if not isinstance(tag, str) or tag not in KINDS:
        raise ValueError(f"no kind of condition is called {tag!r}")
    types = get_type_hints(KINDS[tag])
    wanted = {field.name: types[field.name] for field in fields(KINDS[tag])}  # type: ignore[arg-type]
    if values.keys() != wanted.keys():
        raise ValueError(f"{tag} has the fields {', '.join(wanted)}, not {', '.join(map(str, values))}")
    return KINDS[tag](**{name: _read(values[name], wanted[name]) for name in wanted})


def _read(value: object, wanted: type) -> object:
    if get_origin(wanted) is frozenset and isinstance(value, list):
        return frozenset(_read(member, get_args(wanted)[0]) for member in value)
    if wanted is bool and isinstance(value, bool):
        return value
    if isinstance(wanted, type) and issubclass(wanted, str) and isinstance(value, str):
        return wanted(value)
    raise ValueError(f"{value!r} does not fit {wanted}")


@kind("platform")
@dataclass(frozen=True, slots=True)
class PlatformIs:
    """The device's operating system is, or is not, one of these."""

    platforms: frozenset[Platform]
    negated: bool = False

    def __post_init__(self) -> None:
        _refuse_nothing(self.platforms)

    def ask(self, facts: Facts) -> Answer:
        """Answer by the header and the touch points."""
        return _turned(self.negated, _ask_user_agent(facts, lambda it: _over(it.platform, self.platforms)))

    def sentence(self) -> str:
        """Say it: "the platform is Android"."""
        return f"the platform {_is(self.negated)} {_named(self.platforms, PLATFORM_NAMES)}"


@kind("form")
@dataclass(frozen=True, slots=True)
class FormIs:
    """The shape of the device is, or is not, one of these."""

    forms: frozenset[Form]
    negated: bool = False

    def __post_init__(self) -> None:
        _refuse_nothing(self.forms)

    def ask(self, facts: Facts) -> Answer:
        """Answer by the header and the touch points."""
        return _turned(self.negated, _ask_user_agent(facts, lambda it: _over(it.form, self.forms)))

    def sentence(self) -> str:
        """Say it: "the device is a phone or tablet"."""
        return f"the device {_is(self.negated)} a {_named(self.forms, FORM_NAMES)}"


@kind("client")
@dataclass(frozen=True, slots=True)
class ClientIs:
    """What speaks is, or is not, one of these."""

    clients: frozenset[Client]
    negated: bool = False

    def __post_init__(self) -> None:
        _refuse_nothing(self.clients)

    def ask(self, facts: Facts) -> Answer:
        """Answer by the header."""
        return _turned(self.negated, _ask_user_agent(facts, lambda it: _over(it.client, self.clients)))

    def sentence(self) -> str:
        """Say it: "the client is a web view"."""
        return f"the client {_is(self.negated)} {_named(self.clients, _CLIENT_NAMES)}"


@kind("text")
@dataclass(frozen=True, slots=True)
class TextContains:
    """The header contains, or does not contain, this text; letter case is ignored."""

    text: str
    negated: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.text) <= LONGEST_TEXT:
            raise ValueError(f"a text to look for has 1 to {LONGEST_TEXT} characters")

    def ask(self, facts: Facts) -> Answer:
        """Answer by the header; an absent or blank one is unknown."""
        return _turned(self.negated, _ask_user_agent(facts, self._find))

    def _find(self, user_agent: UserAgent) -> Answer:
        if not user_agent.text:
            return Answer.UNKNOWN
        return Answer.YES if self.text.casefold() in user_agent.text.casefold() else Answer.NO

    def sentence(self) -> str:
        """Say it: 'the User-Agent contains "Mobile"'."""
        return f'the User-Agent {"does not contain" if self.negated else "contains"} "{self.text}"'


@kind("role")
@dataclass(frozen=True, slots=True)
class RoleIs:
    """The agent holds one of these roles, or none of them; roles besides them do not matter."""

    roles: frozenset[str]
    negated: bool = False

    def __post_init__(self) -> None:
        _refuse_nothing(self.roles)

    def ask(self, facts: Facts) -> Answer:
        """Answer once the agent is proved."""
        if facts.role is LATER:
            return Answer.LATER
        if not facts.role:
            return Answer.UNKNOWN
        return _turned(self.negated, Answer.NO if facts.role.isdisjoint(self.roles) else Answer.YES)

    def sentence(self) -> str:
        """Say it: "the role is supervisor"."""
        return f"the role {_is(self.negated)} {_or(sorted(self.roles))}"


_CLIENT_NAMES = {Client.BROWSER: "a browser", Client.WEB_VIEW: "a web view", Client.APP: "an app"}
_OPPOSITES = {Answer.YES: Answer.NO, Answer.NO: Answer.YES}
Member = TypeVar("Member", bound=StrEnum)


def _over(may_be: Set[Member], wanted: Set[Member]) -> Answer:
    """Answer over the set of what a fact may be."""
    if not may_be or (may_be & wanted and may_be - wanted):
        return Answer.UNKNOWN
    return Answer.YES if may_be <= wanted else Answer.NO


def _ask_user_agent(facts: Facts, ask: Callable[[UserAgent], Answer]) -> Answer:
    """Answer by the header, or *later* if what the phone page tells could change the answer."""
    if facts.user_agent is None:
        return Answer.UNKNOWN
    if facts.touch_points is not LATER:
        return ask(with_touch_points(facts.user_agent, facts.touch_points))
    answers = {ask(with_touch_points(facts.user_agent, told)) for told in (None, 0, 2)}
    return answers.pop() if len(answers) == 1 else Answer.LATER


def _turned(negated: bool, answer: Answer) -> Answer:
    return _OPPOSITES.get(answer, answer) if negated else answer


def _refuse_nothing(wanted: Set[str]) -> None:
    if not wanted or "" in wanted:
        raise ValueError("a condition names at least one value, and none that is empty")


def _is(negated: bool) -> str:
    return "is not" if negated else "is"


def _named(wanted: Set[Member], names: Mapping[Member, str]) -> str:
    return _or(name for it, name in names.items() if it in wanted)


def _or(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
