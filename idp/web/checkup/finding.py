"""One thing that was looked at: how it stands, and what to do about it. Pure; needs no Django."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing stands, the worst first. Only a fault makes the whole not in order."""

    FAULT = "FAULT"
    WARNING = "warning"
    NOT_CHECKED = "not checked"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about a subject: a sentence, and what mends it (empty where nothing is to mend)."""

    subject: str
    state: State
    sentence: str
    fix: str = ""


def ok(subject: str, sentence: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(subject, State.OK, sentence)


def warning(subject: str, sentence: str, fix: str) -> Finding:
    """Return a finding that somebody should look at before it hurts."""
    return Finding(subject, State.WARNING, sentence, fix)


def fault(subject: str, sentence: str, fix: str) -> Finding:
    """Return a finding that keeps somebody out, or will."""
    return Finding(subject, State.FAULT, sentence, fix)


def not_checked(subject: str, sentence: str, fix: str = "") -> Finding:
    """Return a finding that nothing can be said."""
    return Finding(subject, State.NOT_CHECKED, sentence, fix)


def in_order(findings: Iterable[Finding]) -> bool:
    """Whether nothing is at fault."""
    return all(it.state is not State.FAULT for it in findings)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Sort the findings by how they stand, then by subject."""
    return sorted(findings, key=lambda it: (list(State).index(it.state), it.subject.lower()))


def lines(findings: Iterable[Finding]) -> list[str]:
    """Write one line for each finding, and what mends it beneath."""
    return [line for it in findings for line in _lines(it)]


def summary(findings: Iterable[Finding]) -> str:
    """Count the findings, in a sentence."""
    states = [it.state for it in findings]
    counted = [(State.FAULT, "at fault"), (State.WARNING, "with a warning"), (State.NOT_CHECKED, "not checked")]
    some = [f"{states.count(state)} {words}" for state, words in counted if state in states]
    return ", ".join([*some, f"{states.count(State.OK)} in order"]) + "."


def as_values(findings: Iterable[Finding]) -> dict[str, object]:
    """Return the findings for programs."""
    found = list(findings)
    return {"in_order": in_order(found), "findings": [asdict(it) | {"state": it.state.lower()} for it in found]}


def _lines(it: Finding) -> list[str]:
    told = f"{it.state:<12} {it.subject:<10} {it.sentence}"
    return [told, f"{'':<24}→ {it.fix}"] if it.fix else [told]
