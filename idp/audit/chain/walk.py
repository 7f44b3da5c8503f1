"""Walks along the chain of the trail, line by line, and finds changed and missing lines. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from idp.audit.chain import digests
from idp.audit.chain.digests import MARKED

NAMED: Final = 20
"""How many faults are listed one by one."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A line as plain values, with its seal. `line` is None where the line is gone; `previous` is known of files."""

    position: int
    digest: bytes
    line: Mapping[str, Any] | None
    salts: Mapping[str, bytes]
    marks: Mapping[str, bytes]
    signature: str = ""
    previous: bytes | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault at a position. `reference` is that of the line, or empty if the line is gone."""

    position: int
    reference: str
    why: str


@dataclass(slots=True)
class Verified:
    """The result. `hold` counts the lines that are as they were sealed; `faults` names the first that are not.

    `missing` lines were sealed and are gone, `unsealed` ones still wait for their seal. `signed_to` is the last
    position over which a signature holds. `whole` says whether every position has to be there; a file may leave some
    out.
    """

    whole: bool = True
    first: int = 0
    last: int = 0
    digest: bytes = digests.BEGINNING
    hold: int = 0
    missing: int = 0
    left_out: int = 0
    faulty: int = 0
    unsealed: int = 0
    signed_to: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def in_order(self) -> bool:
        """Whether no fault was found."""
        return not self.faulty

    def begin(self, position: int, digest: bytes) -> None:
        """Set the position before the first line."""
        self.first, self.last, self.digest = position + 1, position, digest

    def step(self, it: Sealed) -> None:
        """Verify the next line. A line with a fault does not affect the lines after it."""
        gap = it.position - self.last - 1
        before = self.digest if gap == 0 or it.previous is None else it.previous
        if gap < 0:
            self.fault(it.position, "it is out of order")
        elif gap and self.whole:
            self.missing += gap
            self.fault(it.position, f"{gap} lines are missing before it" if gap > 1 else "a line is missing before it")
        elif gap == 0 and it.previous not in {None, self.digest}:
            self.fault(it.position, "it follows another line than the one before it", _reference(it))
        elif why := why_not(it, before):
            self.fault(it.position, why, _reference(it))
        else:
            self.hold += 1
        self.left_out += 0 if self.whole else max(gap, 0)
        self.last, self.digest = it.position, it.digest

    def fault(self, position: int, why: str, reference: str = "") -> None:
        """Count a fault, and list it if there is room."""
        self.faulty += 1
        if len(self.faults) < NAMED:
            self.faults.append(Fault(position, reference, why))


def why_not(it: Sealed, before: bytes) -> str:
    """Say why a line is not as it was sealed after the digest `before`; empty if it is."""
    if it.line is None:
        return "the line was removed"
    for name in MARKED:
        mark, salt, value = it.marks.get(name), it.salts.get(name), it.line[name]
        said = name.replace("_", " ")
        if value and not (mark and salt):
            return f"its {said} was written after it was sealed"
        if mark and salt and digests.mark(salt, value) != mark:
            return f"its {said} was changed"
    if digests.following(before, digests.content(it.line, it.marks)) != it.digest:
        return "it was changed after it was sealed"
    return ""


def _reference(it: Sealed) -> str:
    return str(it.line["reference"]) if it.line else ""
