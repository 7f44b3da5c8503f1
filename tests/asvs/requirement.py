"""A requirement, and how Latchkey meets it."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How we stand to it."""

    MET = "met"
    NOT_MET = "**not met**"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Requirement:
    """`id` and `level` are the standard's; `words`, what we make of it. `evidence`: see `tests.asvs.evidence`."""

    id: str
    level: int
    words: str
    status: Status
    why: str = ""
    evidence: tuple[str, ...] = ()


def met(number, level, words, *evidence, but=""):
    return Requirement(number, level, words, Status.MET, but, evidence)


def unmet(number, level, words, why, *evidence):
    return Requirement(number, level, words, Status.NOT_MET, why, evidence)


def absent(number, level, words, why):
    return Requirement(number, level, words, Status.NOT_APPLICABLE, why)
