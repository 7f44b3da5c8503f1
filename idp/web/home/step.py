"""Something an operator should do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A link's words, its address, and why. An alarm that is not `loud` leaves time; `lines` help to judge it."""

    link: str
    url: str
    why: str
    loud: bool = True
    lines: tuple[str, ...] = ()
