"""Which authentication contexts meet a RequestedAuthnContext (Core 3.3.2.2.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Comparison(StrEnum):
    """How the requested classes compare with the one that the Assertion states."""

    EXACT = "exact"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    BETTER = "better"


@dataclass(frozen=True, slots=True)
class RequestedContext:
    """A RequestedAuthnContext. Without classes it requests declarations, which we never meet."""

    comparison: Comparison
    classes: tuple[str, ...]


def acceptable(requested: RequestedContext, known: Sequence[str]) -> tuple[str, ...]:
    """Return those of the `known` classes (weakest first) that meet the request; the result may be empty.

    Classes that we do not know cannot be compared, so they are ignored. Under *better* they cannot be ignored: no class
    is known to be stronger.
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
