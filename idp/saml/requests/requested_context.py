"""Which authentication contexts meet a RequestedAuthnContext (Core 3.3.2.2.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Comparison(StrEnum):
    """How the classes that are asked for compare with the one that is stated."""

    EXACT = "exact"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    BETTER = "better"


@dataclass(frozen=True, slots=True)
class RequestedContext:
    """A RequestedAuthnContext. No classes means that declarations were asked for, which we never meet."""

    comparison: Comparison
    classes: tuple[str, ...]


def acceptable(requested: RequestedContext, known: Sequence[str]) -> tuple[str, ...]:
    """Return those of the `known` classes, given weakest first, that meet the request; perhaps none.

    Classes we do not know cannot be compared: they are passed over, except under *better*, where nothing can
    be said to be stronger than they are.
    """
    if requested.comparison is Comparison.EXACT:
        return tuple(it for it in known if it in requested.classes)
    ranks = [known.index(it) for it in requested.classes if it in known]
    if not ranks:
        return ()
    match requested.comparison:
        case Comparison.MINIMUM:
            return tuple(known[min(ranks) :])
        case Comparison.MAXIMUM:
            return tuple(known[: max(ranks) + 1])
        case _:
            strangers = len(ranks) < len(requested.classes)
            return () if strangers else tuple(known[max(ranks) + 1 :])
