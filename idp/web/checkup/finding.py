"""One finding of the checkup: a state, and what to do about it. Pure, and needs no Django."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum


class State(StrEnum):
    """The state of a finding, the worst first. Only a fault means that the installation is not in order."""

    FAULT = "FAULT"
    WARNING = "warning"
    NOT_CHECKED = "not checked"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding about a subject: a sentence, and what to do (empty if nothing)."""

    subject: str
    state: State
    sentence: str
    fix: str = ""


def ok(subject: str, sentence: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(subject, State.OK, sentence)


def warning(subject: str, sentence: str, fix: str) -> Finding:
    """Return a finding that somebody should look at before it does harm."""
    return Finding(subject, State.WARNING, sentence, fix)


def fault(subject: str, sentence: str, fix: str) -> Finding:
    """Return a finding that keeps people out, or will."""
    return Finding(subject, State.FAULT, sentence, fix)


def not_checked(subject: str, sentence: str, fix: str = "") -> Finding:
    """Return a finding that could not be checked."""
    return Finding(subject, State.NOT_CHECKED, sentence, fix)


def in_order(findings: Iterable[Finding]) -> bool:
    """Whether there is no fault."""
    return all(it.state is not State.FAULT for it in findings)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Sort by state, then by subject."""
    return sorted(findings, key=lambda it: (list(State).index(it.state), it.subject.lower()))


def lines(findings: Iterable[Finding]) -> list[str]:
    """Return a line for each finding, with what to do below it."""
    return [line for it in findings for line in _lines(it)]


def summary(findings: Iterable[Finding]) -> str:
    """Return a sentence that counts the findings by state."""
    states = [it.state for it in findings]
    counted = [(State.FAULT, "at fault"), (State.WARNING, "with a warning"), (State.NOT_CHECKED, "not checked")]
    some = [f"{states.count(state)} {words}" for state, words in counted if state in states]
    return ", ".join([*some, f"{states.count(State.OK)} in order"]) + "."


def as_values(findings: Iterable[Finding]) -> dict[str, object]:
    """Return the findings as values for JSON."""
    found = list(findings)
    return {"in_order": in_order(found), "findings": [asdict(it) | {"state": it.state.lower()} for it in found]}


def _lines(it: Finding) -> list[str]:
    line = f"{it.state:<12} {it.subject:<10} {it.sentence}"
    return [line, f"{'':<24}→ {it.fix}"] if it.fix else [line]
