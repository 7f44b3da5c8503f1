"""What happens to the cluster, one thing after another, while people sign in."""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.core.management import call_command
from django.db import connections

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
"""Seconds: 15 at most, and some for a computer that runs the people and all servers."""
STEPS = (("prepare",), ("switch", "--all"), ("activate",))


class Story:
    """The phases, each of which leaves `quiet` seconds for people to notice. `told` is what there is to say of them."""

    def __init__(self, place, pair, redis, peer, verify, *, quiet, unnoticed, silent):
        self.place, self.pair, self.redis = place, pair, redis
        self.quiet, self.unnoticed, self.silent = quiet, unnoticed, silent
        self.record, self.told = Record(), []
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
        """Have all of it happen. Returns the sentences about what must not have been, none if all went well."""
        self.record.certificates |= {_bare(it.certificate) for it in keyring.published(Use.SAML)}
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
            self.record.tell(f"somebody waited {slowest:.1f} s for an answer")
        bare = {kind for _, kind, _ in self.record.answers} - CLEAR - {"served"}
        return [*self.record.wrong, *(f"answered without a clear page: {it}" for it in bare)]

    def phases(self):
        """What happens, in its order."""
        yield from (self.calm, self.node, self.memory, self.key, self.column, self.silence, self.database, self.after)

    def look(self):
        try:
            consistency.check()
        except AssertionError as wrong:
            self.record.tell(f"the tables contradict each other: {wrong!r}")
        finally:
            connections.close_all()

    def calm(self):
        """Nothing happens."""

    def node(self):
        """A node is killed, and comes back."""
        self.place.kill_a_node()
        time.sleep(1)
        self.place.bring_it_back()

    def memory(self):
        """Redis is emptied; then its computer is gone, and Sentinel names another, which every node finds."""
        self.redis.flush()
        named = self.redis.fail_over()
        found = until(lambda: all(it == {"ready": True, "redis": True} for it in self.place.ready()), "Redis found")
        self.redis.back()
        self.told.append(f"Redis: Sentinel named the replica after {named:.1f} s, all nodes had it {found:.1f} s later")

    def key(self):
        """The SAML key is replaced, by the steps of the how-to; services have a moment to read the next one."""
        for step in STEPS:
            call_command("rotate_keys", *step, stdout=_Silent(), stderr=_Silent())
            time.sleep(1.5)

    def column(self):
        """A migration of the next version adds a column, as long as it need not wait long for the table."""
        for nth in range(1, 20):
            with self.pair.connect(self.pair.ports[0]) as connection:
                try:
                    connection.execute("SET lock_timeout = '500ms'")
                    connection.execute("ALTER TABLE agents_device ADD COLUMN of_the_next_version integer NULL")
                except psycopg.errors.LockNotAvailable:
                    continue
            self.told.append(f"Migration: a column was added at attempt {nth}")
            return
        self.record.tell("the column could not be added")

    def silence(self):
        """PostgreSQL is there and says nothing for a while, as where its disk hangs; nobody waits for it too long."""
        with stopped(self.pair.primary.process):
            time.sleep(self.silent)
        begun, number = time.monotonic(), len(self.record.answers)
        until(lambda: self._served_since(number), "that somebody is served after the silence")
        self.told.append(f"PostgreSQL: silent for {self.silent:.0f} s, served {time.monotonic() - begun:.1f} s later")

    def database(self):
        """Somebody moves to another phone, and in that moment the primary is gone and the replica promoted."""
        self.last_moment.move(self.last_number)
        begun = time.monotonic()
        self.pair.fail_over(self.unnoticed)
        promoted, number = time.monotonic() - begun, len(self.record.answers)
        until(lambda: self._served_since(number), "that somebody is served after the failover")
        served = time.monotonic() - begun
        self.told.append(f"PostgreSQL: promoted after {promoted:.1f} s, somebody served after {served:.1f} s")

    def _served_since(self, number):
        return any(kind == "served" for _, kind, _ in self.record.answers[number:])

    def after(self):
        """Nothing more happens."""

    def budget(self):
        """A line for each phase, and one for all."""
        phases = dict.fromkeys(phase for phase, _, _ in self.record.answers)
        for phase in [*phases, None]:
            asked, kinds, slowest = share_of(self.record, phase)
            told = sum(kinds[it] for it in CLEAR)
            kept = ", ".join(f"{kinds[it]} {it}" for it in sorted(CLEAR) if kinds[it]) or "none"
            share = f"{100 * told / asked:5.2f} % told to wait ({kept})"
            yield f"{phase or 'in all':10} {asked:6} requests, {share}, p99 {slowest:.2f} s"
        yield f"agents: {Agent.objects.count()}, moved to another phone: {len(self.people.movers.moved)}"
        yield f"odd: {dict(self.record.odd)}"


class _Silent:
    def write(self, _):
        """Say nothing."""


def _bare(certificate):
    return "".join(certificate.splitlines()[1:-1])
