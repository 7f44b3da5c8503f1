"""The faults of the cluster, one after another, while agents sign in."""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.core.management import call_command
from django.db import connections

from idp import clock
from idp.agents.models import Agent
from idp.keys import keyring
from idp.keys.models import Use
from tests.cluster.phones import CLEAR, Everybody, Movers, Person, Record, Regular, share_of
from tests.cluster.processes import stopped, until
from tests.conftest import an_agent
from tests.races import consistency
from tests.user_agents import ANDROID, IPHONE

REGULARS, MOVERS = 6, 40
LONGEST_ANSWER = 20.0
"""Seconds: 15 in production, and 5 more on a computer that also runs all agents and servers."""
STEPS = (("prepare",), ("switch", "--all"), ("activate",))


class Story:
    """The phases; after each, agents go on for `quiet` seconds. `results` holds a sentence for each measurement."""

    def __init__(self, place, pair, redis, peer, verify, *, quiet, unnoticed, silent):
        self.place, self.pair, self.redis = place, pair, redis
        self.quiet, self.unnoticed, self.silent = quiet, unnoticed, silent
        self.record, self.results = Record(), []
        numbers = [f"+1201555{nr:04d}" for nr in range(2000, 2000 + REGULARS + MOVERS + 1)]
        for nr, number in enumerate(numbers):
            an_agent(number, f"agent{nr}@acme.example")

        def make(number, user_agent=IPHONE, kind=Person):
            return kind(peer, verify, number, user_agent, self.record)

        self.last_moment = Movers(make, [])
        self.last_number = numbers[-1]
        regulars = [make(it, (IPHONE, ANDROID)[nr % 2], Regular) for nr, it in enumerate(numbers[:REGULARS])]
        self.people = Everybody(regulars, Movers(make, numbers[REGULARS:-1]), self.record)

    def run(self):
        """Run all phases. Return a sentence for each failed check."""
        self.record.certificates |= {_bare(it.certificate) for it in keyring.published(Use.SAML, clock.now())}
        assert all(it.by_code() for it in self.people.regulars), self.record.odd
        runs = self.people.runs()
        with ThreadPoolExecutor(len(runs)) as pool:
            ways = [pool.submit(it) for it in runs]
            try:
                for phase in self.phases():
                    self.record.phase = phase.__name__
                    phase()
                    time.sleep(self.quiet)
                    self.look()
            finally:
                self.people.stop.set()
        self.record.wrong += [f"{way.exception()!r}" for way in ways if way.exception()]
        self.record.phase = "end"
        self.people.movers.moved += self.last_moment.moved
        self.people.still()
        self.look()
        slowest = max(seconds for _, _, seconds in self.record.answers)
        if slowest > LONGEST_ANSWER:
            self.record.tell(f"a response took {slowest:.1f} s")
        bare = {kind for _, kind, _ in self.record.answers} - CLEAR - {"served"}
        return [*self.record.wrong, *(f"a response without a clear page: {it}" for it in bare)]

    def phases(self):
        """The phases in order."""
        yield from (self.calm, self.node, self.memory, self.key, self.column, self.silence, self.database, self.after)

    def look(self):
        try:
            consistency.check()
        except AssertionError as wrong:
            self.record.tell(f"the tables are inconsistent: {wrong!r}")
        finally:
            connections.close_all()

    def calm(self):
        """Nothing fails."""

    def node(self):
        """A node is killed and restarted."""
        self.place.kill_a_node()
        time.sleep(1)
        self.place.bring_it_back()

    def memory(self):
        """Redis is emptied; then its master dies, Sentinel promotes the replica, and every node connects to it."""
        self.redis.flush()
        named = self.redis.fail_over()
        found = until(lambda: all(it == {"ready": True, "redis": True} for it in self.place.ready()), "Redis found")
        self.redis.back()
        self.results.append(
            f"Redis: Sentinel promoted the replica after {named:.1f} s; all nodes used it {found:.1f} s later"
        )

    def key(self):
        """The SAML key is replaced by the steps of the guide; services have a moment to read the next one."""
        for step in STEPS:
            call_command("rotate_keys", *step, stdout=_Silent(), stderr=_Silent())
            time.sleep(1.5)

    def column(self):
        """A migration of the next version adds a column, with a short lock timeout and retries."""
        for nth in range(1, 20):
            with self.pair.connect(self.pair.ports[0]) as connection:
                try:
                    connection.execute("SET lock_timeout = '500ms'")
                    connection.execute("ALTER TABLE agents_device ADD COLUMN of_the_next_version integer NULL")
                except psycopg.errors.LockNotAvailable:
                    continue
            self.results.append(f"Migration: the column was added at attempt {nth}")
            return
        self.record.tell("the migration could not add the column")

    def silence(self):
        """PostgreSQL stalls for a while, as if its disk hung; no request waits for it too long."""
        with stopped(self.pair.primary.process):
            time.sleep(self.silent)
        begun, number = time.monotonic(), len(self.record.answers)
        until(lambda: self._served_since(number), "a response after the stall")
        self.results.append(
            f"PostgreSQL: stalled for {self.silent:.0f} s; first response {time.monotonic() - begun:.1f} s later"
        )

    def database(self):
        """An agent signs in on a new phone; at that moment the primary dies and the replica is promoted."""
        self.last_moment.move(self.last_number)
        begun = time.monotonic()
        self.pair.fail_over(self.unnoticed)
        promoted, number = time.monotonic() - begun, len(self.record.answers)
        until(lambda: self._served_since(number), "a response after the failover")
        served = time.monotonic() - begun
        self.results.append(f"PostgreSQL: replica promoted after {promoted:.1f} s; first response after {served:.1f} s")

    def _served_since(self, number):
        return any(kind == "served" for _, kind, _ in self.record.answers[number:])

    def after(self):
        """Nothing fails any more."""

    def summary(self):
        """Return a line for each phase, and one for all."""
        phases = dict.fromkeys(phase for phase, _, _ in self.record.answers)
        for phase in [*phases, None]:
            asked, kinds, slowest = share_of(self.record, phase)
            told = sum(kinds[it] for it in CLEAR)
            kept = ", ".join(f"{kinds[it]} {it}" for it in sorted(CLEAR) if kinds[it]) or "none"
            share = f"{100 * told / asked:5.2f} % with a page to wait ({kept})"
            yield f"{phase or 'total':10} {asked:6} requests, {share}, 99th percentile {slowest:.2f} s"
        yield f"agents: {Agent.objects.count()}, signed in on a new phone: {len(self.people.movers.moved)}"
        yield f"unexpected responses: {dict(self.record.odd)}"


class _Silent:
    def write(self, _):
        """Say nothing."""


def _bare(certificate):
    return "".join(certificate.splitlines()[1:-1])
