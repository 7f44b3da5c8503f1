"""Compares the time of two functions that run alternately (A B A B), so that other load affects both alike."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

ROUNDS, BLOCK, MOST_CALLS = 7, 0.06, 400
"""Rounds of a comparison; seconds and most calls of one block, the calls of one side in one round."""


@dataclass(frozen=True)
class Comparison:
    """A function and a reference. `required` and `goal` bound the ratio of their times, if we set any.

    `prepare` is called before each block with its number of calls; its time does not count. `clock` returns seconds.
    """

    name: str
    compared_with: str
    subject: Callable[[], object]
    reference: Callable[[], object]
    required: float | None = None
    goal: float | None = None
    prepare: Callable[[int], object] = lambda _: None
    clock: Callable[[], float] = time.process_time
    rounds: int = ROUNDS
    once: bool = False
    """Whether a block is a single call, because one call takes long."""
    is_speed: bool = False
    """Whether the ratio is of speeds, reference time / subject time; else it is subject time / reference time."""


@dataclass(frozen=True)
class Outcome:
    """The ratio, as the median of the rounds and their middle half; and microseconds per call of either side."""

    name: str
    compared_with: str
    ratio: float
    low: float
    high: float
    subject_us: float
    reference_us: float
    required: float | None = None
    goal: float | None = None
    is_speed: bool = False

    as_json = asdict

    @property
    def reached(self):
        """Which bound the median reaches: goal, required or neither; empty without a bound."""
        if self.required is None:
            return ""
        meets = (lambda bound: self.ratio >= bound) if self.is_speed else (lambda bound: self.ratio <= bound)
        if self.goal is not None and meets(self.goal):
            return "goal"
        return "required" if meets(self.required) else "neither"


@dataclass(frozen=True)
class Figure:
    """A count or a measured value with its unit; if it has bounds, smaller is better."""

    name: str
    value: float
    unit: str
    required: float | None = None
    goal: float | None = None

    as_json = asdict

    @property
    def reached(self):
        """Which bound the value reaches: goal, required or neither; empty without bounds."""
        if self.required is None or self.goal is None:
            return ""
        return "goal" if self.value <= self.goal else "required" if self.value <= self.required else "neither"


def run(comparison):
    """Measure one comparison."""
    calls = 1 if comparison.once else _calls(comparison)
    pairs = [
        (_block(comparison, comparison.subject, calls), _block(comparison, comparison.reference, calls))
        for _ in range(comparison.rounds)
    ]
    return outcome(comparison, pairs)


def outcome(comparison, pairs):
    """Summarise the rounds; `pairs` are seconds of subject and reference."""
    ratios = [reference / subject if comparison.is_speed else subject / reference for subject, reference in pairs]
    low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
    subject_us, reference_us = (1e6 * statistics.median(side) for side in zip(*pairs, strict=True))
    it = comparison
    return Outcome(
        it.name, it.compared_with, median, low, high, subject_us, reference_us, it.required, it.goal, it.is_speed
    )


def _calls(comparison):
    """Return how many calls of the slower side fit into a block. Both sides run before, so that caches are warm."""
    slower = max(_block(comparison, side, 2) for side in (comparison.subject, comparison.reference))
    return max(1, min(MOST_CALLS, int(BLOCK / slower)))


def _block(comparison, function, calls):
    comparison.prepare(calls)
    began = comparison.clock()
    for _ in range(calls):
        function()
    return (comparison.clock() - began) / calls
