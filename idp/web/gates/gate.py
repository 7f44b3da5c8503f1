"""One gate: a condition of every sign-in, its state, and what opens it. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """How a gate stands. Only a closed one keeps somebody out."""

    OPEN = "open"
    CODE = "asks for a code"
    DOUBT = "in doubt"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Fix:
    """What opens a gate: the words on it, and where it leads.

    With `fields` (name and value) it is a button that posts them, and `says` tells beforehand what follows; else it is
    a link. `right` is the permission that it takes. `changes_agent`: of an operator only superusers may.
    """

    words: str
    address: str
    right: str = "agents.change_agent"
    fields: tuple[tuple[str, str], ...] = ()
    says: str = ""
    changes_agent: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate on the way in.

    `asked_for_a_code`: whoever is signed in already, and needs no code, does not come by it.
    """

    key: str
    name: str
    state: State
    sentence: str
    fixes: tuple[Fix, ...] = ()
    asked_for_a_code: bool = field(default=False, kw_only=True)

    @property
    def is_closed(self) -> bool:
        """Whether it keeps somebody out."""
        return self.state is State.CLOSED


@dataclass(frozen=True, slots=True)
class Judged:
    """All gates in order, for one agent who comes with one phone to one service; both are named for people."""

    who: str
    phone: str
    service: str
    gates: tuple[Gate, ...]

    @property
    def needs_a_code(self) -> bool:
        """Whether a code is asked on the way, as far as can be told from here."""
        return any(it.state is State.CODE for it in self.gates)

    @property
    def closed(self) -> tuple[Gate, ...]:
        """The gates that keep the agent out, the first one first."""
        return tuple(it for it in self.gates if it.is_closed and (self.needs_a_code or not it.asked_for_a_code))

    @property
    def lets_in(self) -> bool:
        """Whether nothing keeps the agent out."""
        return not self.closed

    @property
    def next(self) -> Gate | None:
        """What to look at: the first closed gate, else one that is closed to whoever needs a code, or is in doubt."""
        doubtful = (it for it in self.gates if it.is_closed or it.state is State.DOUBT)
        return next(iter(self.closed), None) or next(doubtful, None)

    @property
    def headline(self) -> str:
        """Whether the agent gets in, in a sentence."""
        with_what = f"{self.who} {{}} {self.service} with {self.phone}."
        return with_what.format("can sign in to" if self.lets_in else "can't sign in to")

    @property
    def reason(self) -> str:
        """What keeps the agent out, or else how the way in looks, and what to look at on it."""
        if not self.lets_in:
            return self.closed[0].sentence
        way = " ".join(it.sentence for it in self.gates if it.state is State.CODE)
        if not self.needs_a_code:
            way = next((it.sentence for it in self.gates if it.key == "phone"), "")
        if self.next is None:
            return way
        but = "If a code is asked for all the same" if self.next.is_closed else "But"
        return f"{way} {but}: {self.next.sentence}"

    @property
    def verdict(self) -> str:
        """The whole in two sentences or three."""
        return f"{self.headline} {self.reason}"


def as_values(judged: Judged, roots: str) -> dict[str, Any]:
    """Return what programs read; `roots` stands before the addresses of pages."""
    return {
        "lets_in": judged.lets_in,
        "needs_a_code": judged.needs_a_code,
        "verdict": judged.verdict,
        "service": judged.service,
        "phone": judged.phone,
        "first_closed": next((it.key for it in judged.closed), None),
        "gates": [
            asdict(it) | {"fixes": [{"words": fix.words, "address": roots + fix.address} for fix in it.fixes]}
            for it in judged.gates
        ],
    }


def lines(gates: Sequence[Gate], roots: str) -> list[str]:
    """Write one line for each gate, and what opens it beneath where it does not stand open."""
    found = []
    for it in gates:
        found.append(f"{it.state:<16} {it.name:<28} {it.sentence}")
        if it.state in {State.CLOSED, State.DOUBT}:
            found += [f"{'':<46}→ {fix.words}: {roots}{fix.address}" for fix in it.fixes]
    return found
