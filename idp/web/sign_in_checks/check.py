"""One check of a sign-in: a condition, its state, and what opens it if it is closed. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from idp.web import rights


class State(StrEnum):
    """The state of a check. Only a closed check keeps an agent out."""

    OPEN = "open"
    CODE = "asks for a code"
    DOUBT = "in doubt"
    CLOSED = "closed"


IN_WORDS = {State.OPEN: "passes", State.CLOSED: "fails"}


@dataclass(frozen=True, slots=True)
class Fix:
    """What opens a check: its words, and the address that it leads to.

    If `says` gives the consequence beforehand, it is a button, which posts `fields` (name and value); otherwise it is a
    link. `right` is the permission that it takes. If `changes_agent`, only a superuser may use it on an operator.
    """

    words: str
    address: str
    right: str = rights.CHANGE_PEOPLE
    fields: tuple[tuple[str, str], ...] = ()
    says: str = ""
    changes_agent: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A condition of a sign-in.

    If `only_with_code`, it concerns only agents who need a code.
    """

    key: str
    name: str
    state: State
    sentence: str
    fixes: tuple[Fix, ...] = ()
    only_with_code: bool = field(default=False, kw_only=True)

    @property
    def result(self) -> str:
        """Return the state in the words of the page."""
        return IN_WORDS.get(self.state, str(self.state))

    @property
    def is_closed(self) -> bool:
        """Whether the check keeps an agent out."""
        return self.state is State.CLOSED


@dataclass(frozen=True, slots=True)
class Judged:
    """All checks in order, for one agent, device and service. `who`, `phone` and `service` are names for people."""

    who: str
    phone: str
    service: str
    checks: tuple[Check, ...]

    @property
    def needs_a_code(self) -> bool:
        """Whether the agent needs a code, as far as is known."""
        return any(it.state is State.CODE for it in self.checks)

    @property
    def closed(self) -> tuple[Check, ...]:
        """The checks that keep the agent out, in order."""
        return tuple(it for it in self.checks if it.is_closed and (self.needs_a_code or not it.only_with_code))

    @property
    def lets_in(self) -> bool:
        """Whether no check keeps the agent out."""
        return not self.closed

    @property
    def next(self) -> Check | None:
        """The check to look at: the first that keeps the agent out, else the first that is closed or in doubt."""
        doubtful = (it for it in self.checks if it.is_closed or it.state is State.DOUBT)
        return next(iter(self.closed), None) or next(doubtful, None)

    @property
    def headline(self) -> str:
        """Whether the agent can sign in, in a sentence."""
        with_what = f"{self.who} {{}} {self.service} with {self.phone}."
        return with_what.format("can sign in to" if self.lets_in else "can't sign in to")

    @property
    def reason(self) -> str:
        """What keeps the agent out. Otherwise, how they get in, and what may go wrong."""
        if not self.lets_in:
            return self.closed[0].sentence
        way = " ".join(it.sentence for it in self.checks if it.state is State.CODE)
        if not self.needs_a_code:
            way = next((it.sentence for it in self.checks if it.key == "phone"), "")
        if self.next is None:
            return way
        but = "If a code is needed all the same" if self.next.is_closed else "But"
        return f"{way} {but}: {self.next.sentence}"

    @property
    def verdict(self) -> str:
        """Headline and reason."""
        return f"{self.headline} {self.reason}"


def as_values(judged: Judged, roots: str) -> dict[str, Any]:
    """Return the result for JSON. `roots` is put before the addresses of pages."""
    return {
        "lets_in": judged.lets_in,
        "needs_a_code": judged.needs_a_code,
        "verdict": judged.verdict,
        "service": judged.service,
        "phone": judged.phone,
        "first_closed": next((it.key for it in judged.closed), None),
        "gates": [  # the name that programs know
            asdict(it) | {"fixes": [{"words": fix.words, "address": roots + fix.address} for fix in it.fixes]}
            for it in judged.checks
        ],
    }


def lines(checks: Sequence[Check], roots: str) -> list[str]:
    """Return a line for each check, and below closed and doubtful ones what opens them."""
    found = []
    for it in checks:
        found.append(f"{it.state:<16} {it.name:<28} {it.sentence}")
        if it.state in {State.CLOSED, State.DOUBT}:
            found += [f"{'':<46}→ {fix.words}: {roots}{fix.address}" for fix in it.fixes]
    return found
