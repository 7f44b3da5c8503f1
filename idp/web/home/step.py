"""Something that an operator should do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A link with its words, address and reason. A step that is not `loud` can wait. `lines` are details."""

    link: str
    url: str
    why: str
    loud: bool = True
    lines: tuple[str, ...] = ()
