"""Two things measured in turn, A B A B, so that what else the machine does falls on both. Pure but for the clock."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

ROUNDS, BLOCK, LONGEST = 7, 0.06, 400
"""Rounds of each contest; seconds and times that one side is done at a stretch."""


@dataclass(frozen=True)
class Contest:
    """Something done, and what it is held against. `must` and `aim` bound the quotient, where we set any.

    `prepare` is called before each stretch with how many times it will be; its time is not counted. `clock` gives
    seconds. What takes long is done once at a stretch, and in fewer rounds.
    """

    name: str
    against: str
    subject: Callable[[], object]
    reference: Callable[[], object]
    must: float | None = None
    aim: float | None = None
    prepare: Callable[[int], object] = lambda _: None
    clock: Callable[[], float] = time.process_time
    rounds: int = ROUNDS
    once: bool = False
    turned: bool = False
    """Whether the quotient is of speeds: the reference's time by the subject's."""


@dataclass(frozen=True)
class Outcome:
    """The quotient in the median of the rounds and in their middle half; microseconds of either side."""

    name: str
    against: str
    quotient: float
    low: float
    high: float
    took: float
    reference: float
    must: float | None = None
    aim: float | None = None
    turned: bool = False

    as_json = asdict

    @property
    def verdict(self):
        """What of must and aim is reached, by the median."""
        reached = (lambda bound: self.quotient >= bound) if self.turned else (lambda bound: self.quotient <= bound)
        if self.must is None:
            return ""
        if self.aim is not None and reached(self.aim):
            return "aim"
        return "must" if reached(self.must) else "not reached"


@dataclass(frozen=True)
class Figure:
    """Something counted or weighed; smaller is better where there are bounds."""

    name: str
    value: float
    unit: str
    must: float | None = None
    aim: float | None = None

    as_json = asdict

    @property
    def verdict(self):
        """What of must and aim is reached."""
        if self.must is None or self.aim is None:
            return ""
        return "aim" if self.value <= self.aim else "must" if self.value <= self.must else "not reached"


def run(contest):
    """Measure one contest."""
    times = 1 if contest.once else _times(contest)
    pairs = [(_a_stretch(contest, contest.subject, times), _a_stretch(contest, contest.reference, times))
             for _ in range(contest.rounds)]  # fmt: skip
    return outcome(contest, pairs)


def outcome(contest, pairs):
    """Say what pairs of seconds, subject and reference, come to."""
    quotients = [reference / took if contest.turned else took / reference for took, reference in pairs]
    low, middle, high = statistics.quantiles(quotients, n=4, method="inclusive")
    took, reference = (1e6 * statistics.median(side) for side in zip(*pairs, strict=True))
    return Outcome(
        contest.name, contest.against, middle, low, high, took, reference, contest.must, contest.aim, contest.turned
    )


def _times(contest):
    """Say how often the slower side fits into a stretch; both are done once before, so that all is warm."""
    slower = max(_a_stretch(contest, side, 2) for side in (contest.subject, contest.reference))
    return max(1, min(LONGEST, int(BLOCK / slower)))


def _a_stretch(contest, act, times):
    contest.prepare(times)
    begun = contest.clock()
    for _ in range(times):
        act()
    return (contest.clock() - begun) / times
