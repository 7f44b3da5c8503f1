"""Conditions on numbers: the versions of browser, app and system, and the age of a device or of its last code."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import ClassVar

from idp.policies.access.conditions.kinds import Answer, kind
from idp.policies.access.conditions.sets import folded, over
from idp.policies.access.facts import Facts, Later
from idp.policies.user_agents import Platform
from idp.policies.user_agents.words import PLATFORM_NAMES

HIGHEST = 100_000  # of a version, and of days and hours


def _compared(fact: AbstractSet[int] | Later, number: int, under: bool) -> Answer:
    """Compare every number that the fact may be. A fact still to come is never answered early."""
    if isinstance(fact, Later):
        return Answer.LATER
    return over(frozenset((it < number) is under for it in fact), {True})


def _refuse_odd(number: int) -> None:
    if not 0 <= number <= HIGHEST:
        raise ValueError(f"a number here is between 0 and {HIGHEST}")


class _Version:
    """The name is this one, and its version is at least this number, or under it. Another name always answers no."""

    __slots__ = ()
    label: ClassVar[str]
    fact: ClassVar[str]
    subject: ClassVar[str]
    version: int
    under: bool

    def __post_init__(self) -> None:
        if not self.of:
            raise ValueError("a condition on a version names what it is the version of")
        _refuse_odd(self.version)

    @property
    def of(self) -> str:
        raise NotImplementedError

    @property
    def named(self) -> str:
        return self.of

    @property
    def reads(self) -> tuple[str, ...]:
        """The name, and the number."""
        return (self.fact, f"{self.subject}_version")

    def ask(self, facts: Facts) -> Answer:
        """Answer by the name first, then by the number."""
        name = over(folded(getattr(facts, self.fact)), {self.of.casefold()})
        if name is Answer.NO:
            return Answer.NO
        number = _compared(getattr(facts, f"{self.subject}_version"), self.version, self.under)
        return min((name, number), key=_FIRST.index)

    def sentence(self) -> str:
        """Say it: "Chrome is at least version 120"."""
        return f"{self.named} is {'under' if self.under else 'at least'} version {self.version}"


_FIRST = [Answer.NO, Answer.LATER, Answer.UNKNOWN, Answer.YES]


@kind("browser_version")
@dataclass(frozen=True, slots=True)
class BrowserVersion(_Version):
    """The browser is of this family, at this version or later; with `under`, before it."""

    label, fact, subject = "Browser's version", "browser", "browser"
    browser: str
    version: int
    under: bool = False

    @property
    def of(self) -> str:
        """The family."""
        return self.browser


@kind("app_version")
@dataclass(frozen=True, slots=True)
class AppVersion(_Version):
    """The app is this one, at this version or later; with `under`, before it."""

    label, fact, subject = "App's version", "app", "app"
    app: str
    version: int
    under: bool = False

    @property
    def of(self) -> str:
        """The app's name."""
        return self.app


@kind("os_version")
@dataclass(frozen=True, slots=True)
class OsVersion(_Version):
    """The platform is this one, at this version or later; with `under`, before it. Most phones do not report theirs."""

    label, fact, subject = "System's version", "platform", "os"
    platform: Platform
    version: int
    under: bool = False

    @property
    def of(self) -> str:
        """The platform."""
        return self.platform

    @property
    def named(self) -> str:
        """The platform as people write it."""
        return PLATFORM_NAMES[self.platform]


@kind("device_age")
@dataclass(frozen=True, slots=True)
class DeviceAge:
    """The phone or computer was enrolled at least this many days ago; with `under`, fewer. A new one has 0."""

    label: ClassVar[str] = "Days since the phone was enrolled"
    reads: ClassVar[tuple[str, ...]] = ("device_age",)
    days: int
    under: bool = False

    def __post_init__(self) -> None:
        _refuse_odd(self.days)

    def ask(self, facts: Facts) -> Answer:
        """Answer once the agent is proved."""
        return _compared(facts.device_age, self.days, self.under)

    def sentence(self) -> str:
        """Say it: "the phone was enrolled at least 30 days ago"."""
        return f"the phone was enrolled {_ago(self.under)} {_counted(self.days, 'day')} ago"


@kind("code_age")
@dataclass(frozen=True, slots=True)
class CodeAge:
    """The last code is at least this many hours old; with `under`, younger. One entered just now has 0."""

    label: ClassVar[str] = "Hours since the last code"
    reads: ClassVar[tuple[str, ...]] = ("code_age",)
    hours: int
    under: bool = False

    def __post_init__(self) -> None:
        _refuse_odd(self.hours)

    def ask(self, facts: Facts) -> Answer:
        """Answer once the agent is proved."""
        return _compared(facts.code_age, self.hours, self.under)

    def sentence(self) -> str:
        """Say it: "the last code was given at least 12 hours ago"."""
        return f"the last code was given {_ago(self.under)} {_counted(self.hours, 'hour')} ago"


def _ago(under: bool) -> str:
    return "less than" if under else "at least"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
