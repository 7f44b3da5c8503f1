"""Weeks of many agents on bad networks, with and without a thief: python -m tests.tokens.weeks [weeks].

Habits and losses are assumptions. What they show is how the ways to rotate compare.
"""

import random
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from statistics import median

from idp.tokens.rotation import Verdict
from tests.tokens.other_models import OneSlot, PreviousForAWhile
from tests.tokens.tree import Tree

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
MINUTE, HOUR, DAY = 60, 3600, 86_400
AT_A_VISIT = 6  # tokens a thief tries one after the other
ALARMS = {Verdict.COPIED, Verdict.OLD_COPY}
MODELS = {
    "**siblings, one confirmed**": Tree,
    "the same without the quiet minute": partial(Tree, timedelta(0)),
    "previous token good for 30 s, then an alarm": PreviousForAWhile,
    "one slot, overwritten at each use": OneSlot,
}


@dataclass(frozen=True)
class Network:
    """How often cookies of an answer get lost, a message is slow, and a browser dies after a visit."""

    lost: float
    slow: float
    dies: float


ORDINARY = Network(lost=0.02, slow=0.03, dies=0.005)
HARSH = Network(lost=0.15, slow=0.10, dies=0.03)


@dataclass
class Course:
    """What happens one after another to one device."""

    model: Tree | OneSlot
    pick: random.Random
    until: float
    coming: list = field(default_factory=list)
    order: count = field(default_factory=count)

    def at(self, when, act, *facts):
        if when < self.until:
            heappush(self.coming, (when, next(self.order), act, facts))

    def run(self):
        while self.coming:
            when, _, act, facts = heappop(self.coming)
            act(when, *facts)

    def show(self, token, when):
        return self.model.show(token, MONDAY + timedelta(seconds=when))

    def code(self, when):
        return self.model.code(MONDAY + timedelta(seconds=when))


class Owner:
    """An honest agent with one browser: comes, opens tabs, loses answers, gives a code when asked for one."""

    def __init__(self, course, network):
        self.course, self.network, self.pick = course, network, course.pick
        self.jar = [(0, course.code(0))]
        self.life = 0  # what is under way ends with it: a browser that dies, a code
        self.uses, self.codes, self.alarms = 0, [], []
        self.followed_by = []
        for day in range(int(course.until // DAY)):
            if day % 7 < 5 or self.pick.random() < 0.25:
                for _ in range(self.pick.randint(2, 8)):
                    course.at(day * DAY + self.pick.uniform(8, 17) * HOUR, self.visit)

    def visit(self, when, *, back=False):
        tabs = self.pick.choice([2, 3]) if self.pick.random() < 0.2 else 1
        for tab in range(tabs):
            self.course.at(when + (self.pick.uniform(0, 4) if tab else 0), self.ask, self.life, True)
        if not back and self.pick.random() < 0.15:
            self.course.at(when + self.pick.uniform(0, 5 * MINUTE), lambda then: self.visit(then, back=True))
        if self.pick.random() < self.network.dies:
            self.course.at(when + self.pick.uniform(0, MINUTE), self.die)
        for follow in self.followed_by:
            follow(when)

    def ask(self, when, life, first):
        if life == self.life:
            self.course.at(when + self.delay(), self.arrive, life, self.jar[-1][1], first)

    def arrive(self, when, life, token, first):
        if life != self.life:
            return
        self.uses += 1
        verdict, child = self.course.show(token, when)
        if not verdict.lets_in:
            self.give_a_code(when, verdict)
        elif self.pick.random() < self.network.lost:
            if first and self.pick.random() < 0.5:
                self.course.at(when + self.pick.uniform(5, 60), self.ask, life, False)
        elif child is not None:
            self.course.at(when + self.delay(), self.land, life, child)

    def land(self, when, life, child):
        if life == self.life:
            self.jar.append((when, child))

    def die(self, when):
        written = when - self.pick.uniform(0, 30)
        self.jar = [entry for entry in self.jar if entry[0] <= written] or self.jar[:1]
        self.life += 1

    def give_a_code(self, when, verdict):
        self.codes.append(when)
        if verdict in ALARMS:
            self.alarms.append(when)
        then = when + self.pick.uniform(16, 60)
        self.life += 1
        self.jar = [(then, self.course.code(then))]

    def delay(self):
        slow = self.pick.random() < self.network.slow
        return min(self.pick.expovariate(1 / 8), 15) if slow else self.pick.uniform(0.05, 0.5)


class Thief:
    """Copies everything once, and goes on coming in a manner of their own."""

    def __init__(self, course, owner, manner):
        self.course, self.owner, self.manner, self.pick = course, owner, manner, course.pick
        self.tokens, self.ended_at, self.alarm = [], None, False
        self.copied_at = self.pick.uniform(0, 5 * DAY)
        course.at(self.copied_at, self.copy)

    def copy(self, when):
        self.tokens = [self.owner.jar[-1][1]]
        if self.manner == "shadow":
            self.owner.followed_by.append(lambda then: self.course.at(then + 10 * MINUTE, self.come))
        else:
            first = self.pick.uniform(12, 72) * HOUR if self.manner == "patient" else self.pause()
            self.course.at(when + first, self.come)

    def come(self, when):
        if not self.gets_in(when) and self.ended_at is None:
            self.ended_at = when
        if self.manner != "shadow" and not (self.ended_at and self.heard):
            self.course.at(when + self.pause(), self.come)

    def gets_in(self, when):
        held = self.tokens if self.manner == "lurker" else self.tokens[::-1]
        for token in held[:AT_A_VISIT]:
            verdict, child = self.course.show(token, when)
            self.alarm = self.alarm or verdict in ALARMS
            if child is not None:
                self.tokens.append(child)
            if verdict.lets_in or verdict in ALARMS:
                return verdict.lets_in
        return False

    @property
    def heard(self):
        """Whether anybody was told, here or when the owner came."""
        return self.alarm or any(at > self.copied_at for at in self.owner.alarms)

    def pause(self):
        return 3 * MINUTE if self.manner == "bot" else self.pick.uniform(1, 8) * HOUR

    def close(self):
        """A code outdates every copy, whether or not its holder has noticed."""
        later = [at for at in self.owner.codes if at > self.copied_at]
        self.ended_at = min([*later, *([self.ended_at] if self.ended_at else [])], default=None)


MANNERS = ("eager", "lurker", "patient", "bot", "shadow")


def honest_weeks(model, network, weeks):
    """Return uses, forced codes and false alarms of so many weeks, without limits and without a thief."""
    owners = []
    for seed in range(weeks):
        course = Course(model(), random.Random(f"honest {seed}"), 7 * DAY)
        owners.append(Owner(course, network))
        course.run()
    return sum(it.uses for it in owners), sum(len(it.codes) for it in owners), sum(len(it.alarms) for it in owners)


def stolen_weeks(model, network, weeks):
    """Return for each of so many copies after how many hours it ended (None: it did not), and whether anybody heard."""
    ends = []
    for seed in range(weeks):
        course = Course(model(), random.Random(f"stolen {seed}"), 12 * DAY)
        thief = Thief(course, Owner(course, network), MANNERS[seed % len(MANNERS)])
        course.run()
        thief.close()
        took = thief.ended_at and (thief.ended_at - thief.copied_at) / HOUR
        ends.append((took, thief.heard))
    return ends


def line(name, model, weeks):
    """One line of the table: each figure on the ordinary and on the harsh network."""
    cells = []
    for network in (ORDINARY, HARSH):
        uses, codes, alarms = honest_weeks(model, network, weeks)
        ends = stolen_weeks(model, network, weeks)
        within = [took for took, _ in ends if took is not None and took <= 7 * 24]
        cells.append(
            (
                f"{uses:,}",
                f"{1000 * codes / uses:.2f}",
                f"{1000 * alarms / uses:.2f}",
                f"{100 * len(within) / weeks:.1f} %",
                f"{median(within):.1f} h",
                f"{100 * sum(alarm for _, alarm in ends) / weeks:.1f} %",
            )
        )
    return [name, *(" / ".join(pair) for pair in zip(*cells, strict=True))]


HEADS = (
    "Ordinary / harsh network",
    "Uses",
    "Codes per 1,000 uses, limits aside",
    "of these false alarms",
    "Copy ended within a week",
    "Median until then",
    "Alarm raised",
)

if __name__ == "__main__":
    weeks = int(sys.argv[1]) if len(sys.argv) > 1 else 2500
    sys.stdout.write(f"{weeks:,} weeks without and {weeks:,} with a thief, each network\n\n")
    for cells in (HEADS, ["---"] * len(HEADS)):
        sys.stdout.write(f"| {' | '.join(cells)} |\n")
    for name, model in MODELS.items():
        sys.stdout.write(f"| {' | '.join(line(name, model, weeks))} |\n")
        sys.stdout.flush()
