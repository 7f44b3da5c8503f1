"""Conditions on what a fact is, or is not: platform, form, client, browser, app, agent, role, department."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from idp.policies.access.conditions.kinds import Answer, kind, turned
from idp.policies.access.facts import Facts, Later
from idp.policies.user_agents import Client, Form, Platform
from idp.policies.user_agents.words import FORM_NAMES, PLATFORM_NAMES

CLIENT_NAMES = {Client.BROWSER: "a browser", Client.WEB_VIEW: "a web view", Client.APP: "an app"}


def over(fact: AbstractSet[Any] | Later, wanted: AbstractSet[Any]) -> Answer:
    """Answer for the set of what a fact may be: yes if every member fits, no if none does."""
    if isinstance(fact, Later):
        answer = over(fact.among, wanted)
        return Answer.LATER if answer is Answer.UNKNOWN else answer
    if not fact or (fact & wanted and fact - wanted):
        return Answer.UNKNOWN
    return Answer.YES if fact <= wanted else Answer.NO


def one_of(names: Iterable[str]) -> str:
    """Say a choice: "a, b or c"."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


class _Is:
    """The fact is one of the values in the first field, or with `negated` none of them. Letter case is ignored."""

    __slots__ = ()
    label: ClassVar[str]
    fact: ClassVar[str]
    subject: ClassVar[str]
    names: ClassVar[Mapping[Any, str]] = {}
    negated: bool

    def __post_init__(self) -> None:
        if not self.wanted or "" in self.wanted:
            raise ValueError("a condition names at least one value, and none that is empty")

    @property
    def wanted(self) -> frozenset[str]:
        """What the condition names."""
        values: frozenset[str] = getattr(self, self.__match_args__[0])  # type: ignore[attr-defined]
        return values

    @property
    def reads(self) -> tuple[str, ...]:
        """The one fact."""
        return (self.fact,)

    def ask(self, facts: Facts) -> Answer:
        """Answer by the set of what the fact may be."""
        return turned(self.negated, over(folded(getattr(facts, self.fact)), _plain(self.wanted)))

    def sentence(self) -> str:
        """Say it: "the platform is iOS or Android"."""
        named = [name for it, name in self.names.items() if it in self.wanted] or sorted(self.wanted)
        return f"{self.subject.format('is not' if self.negated else 'is')} {one_of(named)}"


def folded(fact: frozenset[str] | Later) -> frozenset[str] | Later:
    """Return a fact without regard to letter case."""
    return Later(_plain(fact.among)) if isinstance(fact, Later) else _plain(fact)


@lru_cache(maxsize=4096)
def _plain(values: frozenset[str]) -> frozenset[str]:
    return frozenset(it.casefold() for it in values)


@kind("platform")
@dataclass(frozen=True, slots=True)
class PlatformIs(_Is):
    """The device's operating system is, or is not, one of these."""

    label, fact, subject, names = "Platform", "platform", "the platform {}", PLATFORM_NAMES
    platforms: frozenset[Platform]
    negated: bool = False


@kind("form")
@dataclass(frozen=True, slots=True)
class FormIs(_Is):
    """The kind of device is, or is not, one of these."""

    label, fact, subject, names = "Kind of device", "form", "the device {} a", FORM_NAMES
    forms: frozenset[Form]
    negated: bool = False


@kind("client")
@dataclass(frozen=True, slots=True)
class ClientIs(_Is):
    """The sign-in page is, or is not, opened in one of these."""

    label, fact, subject, names = "Opened in", "client", "the client {}", CLIENT_NAMES
    clients: frozenset[Client]
    negated: bool = False


@kind("browser")
@dataclass(frozen=True, slots=True)
class BrowserIs(_Is):
    """The browser is, or is not, of one of these families, such as Safari, Chrome or Firefox."""

    label, fact, subject = "Browser", "browser", "the browser {}"
    browsers: frozenset[str]
    negated: bool = False


@kind("app")
@dataclass(frozen=True, slots=True)
class AppIs(_Is):
    """The app is, or is not, one of these. A browser is no app."""

    label, fact, subject = "App", "app", "the app {}"
    apps: frozenset[str]
    negated: bool = False


@kind("agent")
@dataclass(frozen=True, slots=True)
class AgentIs(_Is):
    """The agent's email address is, or is not, one of these. Known once the agent is authenticated."""

    label, fact, subject = "Agent", "agent", "the agent {}"
    agents: frozenset[str]
    negated: bool = False


@kind("department")
@dataclass(frozen=True, slots=True)
class DepartmentIs(_Is):
    """The agent's department is, or is not, one of these. Known once the agent is authenticated."""

    label, fact, subject = "Department", "department", "the department {}"
    departments: frozenset[str]
    negated: bool = False


@kind("role")
@dataclass(frozen=True, slots=True)
class RoleIs(_Is):
    """The agent has one of these roles, or none of them. Other roles do not matter."""

    label, fact, subject = "Role", "role", "the role {}"
    roles: frozenset[str]
    negated: bool = False

    def ask(self, facts: Facts) -> Answer:
        """Answer once the agent has proved who they are."""
        if isinstance(facts.role, Later):
            return Answer.LATER
        if not facts.role:
            return Answer.UNKNOWN
        return turned(self.negated, Answer.NO if _plain(facts.role).isdisjoint(_plain(self.roles)) else Answer.YES)
