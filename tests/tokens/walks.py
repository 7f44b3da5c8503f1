"""Walks that no table foresees: an honest phone on a bad network, and a thief with a copy of its cookies."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from idp.tokens.rotation import CHILDREN, Verdict
from tests.conftest import NOW
from tests.tokens.tree import Tree

QUIET = 60
FLIGHT = 15  # an answer arrives this long after its request was sent, or never
WRITING = 30  # a browser has its cookies on disk this long after they arrived
HOUR = 3600
PASSING = [1, 5, 14, 15, 29, 30, 44, 45, 59, 60, 61, 10 * 60, HOUR, 8 * HOUR, 60 * HOUR, 167 * HOUR, 168 * HOUR]
ALARMS = {Verdict.COPIED, Verdict.OLD_COPY}
HONEST = {Verdict.SAME_VISIT, Verdict.NEXT, Verdict.CONFIRM, Verdict.EXPIRED, Verdict.UNANSWERED}


class Walk(RuleBasedStateMachine):
    """What holds on every walk: L1 to L5."""

    tree_of = Tree
    quiet = QUIET

    def __init__(self):
        super().__init__()
        self.now = NOW
        self.tree = self.tree_of(timedelta(seconds=self.quiet))
        self.retired = set()

    @invariant()
    def one_token_is_current_and_every_other_living_one_is_its_child(self):  # L1
        current = self.tree.current
        assert len(current) <= 1
        assert {row.parent for row in self.tree.offered} <= {row.jti for row in current}, "two trees"

    @invariant()
    def at_most_five_are_offered(self):  # L2
        assert len(self.tree.offered) <= CHILDREN

    @invariant()
    def a_device_changes_once_in_a_quiet_minute(self):  # L4; L3 by birth: each hand-out is a row of its own
        instants = [row.issued_at for row in self.tree.own]
        steps = [later - earlier for earlier, later in pairwise(instants)]
        assert all(step >= self.tree.quiet for step in steps)

    @invariant()
    def the_retired_stay_so_and_the_confirmed_form_a_path(self):  # L5
        assert self.retired <= self.tree.retired
        self.retired = set(self.tree.retired)
        path = sorted((row for row in self.tree.own if row.confirmed_at), key=lambda row: row.confirmed_at)
        assert [row.parent for row in path] == [None, *(row.jti for row in path)][: len(path)]


class HonestPhone(Walk):
    """One browser with tabs, whose answers arrive in time or never, and that may die at any moment."""

    writing = WRITING

    def __init__(self):
        super().__init__()
        self.jar = [(self.now, self.tree.code(self.now))]
        self.requests, self.answers = [], []

    @rule(seconds=st.sampled_from(PASSING))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)
        in_time = self.now - timedelta(seconds=FLIGHT)
        self.requests = [request for request in self.requests if request[0] > in_time]
        self.answers = [answer for answer in self.answers if answer[0] > in_time]

    @rule(tabs=st.integers(1, 3))
    def tabs_ask(self, tabs):
        self.requests += [(self.now, self.jar[-1][1])] * tabs

    @precondition(lambda self: self.requests)
    @rule(nth=st.integers(0, 20))
    def a_request_arrives(self, nth):
        sent_at, token = self.requests.pop(nth % len(self.requests))
        verdict, child = self.tree.show(token, self.now)
        assert verdict in HONEST, verdict  # L6
        if verdict.lets_in:
            self.answers.append((sent_at, child))
        else:
            self.a_code_is_typed()

    @precondition(lambda self: self.requests)
    @rule(nth=st.integers(0, 20))
    def the_server_dies_before_the_commit(self, nth):  # dying after it is an answer that gets lost
        _, token = self.requests.pop(nth % len(self.requests))
        self.tree.crash(token, self.now)

    @precondition(lambda self: self.answers)
    @rule(nth=st.integers(0, 20), lost=st.booleans())
    def an_answer_lands_or_is_lost(self, nth, lost):
        _, child = self.answers.pop(nth % len(self.answers))
        if child is not None and not lost:
            self.jar.append((self.now, child))

    @rule(seconds=st.sampled_from(PASSING))
    def a_visit_goes_well(self, seconds):
        self.time_passes(seconds)
        self.tabs_ask(1)
        self.a_request_arrives(-1)
        if self.answers:
            self.an_answer_lands_or_is_lost(-1, lost=False)

    @rule(times=st.integers(1, CHILDREN + 1))
    def answers_get_lost_in_a_row(self, times):
        for _ in range(times):
            self.time_passes(HOUR)
            self.tabs_ask(1)
            self.a_request_arrives(-1)
            self.answers = []

    @rule(data=st.data())
    def the_browser_dies(self, data):
        forgotten = timedelta(seconds=data.draw(st.sampled_from([0, self.writing // 2, self.writing])))
        kept = [entry for entry in self.jar if entry[0] <= self.now - forgotten]
        self.jar = kept or self.jar[:1]
        self.answers = []

    def a_code_is_typed(self):
        """It takes a person longer than any message is under way."""
        self.now += timedelta(seconds=FLIGHT + 1)
        self.requests, self.answers = [], []
        self.jar = [(self.now, self.tree.code(self.now))]


class Thief(Walk):
    """Somebody copies the cookies at any time; both show what they like, and nothing is promised."""

    def __init__(self):
        super().__init__()
        self.owner, self.thief = [self.tree.code(self.now)], []
        self.dead = set()

    @rule(seconds=st.sampled_from(PASSING))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(seconds=st.sampled_from([1, 60, HOUR]))
    def the_next_worker_is_behind(self, seconds):
        self.now -= timedelta(seconds=seconds)

    @rule()
    def the_thief_copies(self):
        self.thief.append(self.owner[-1])

    @rule(nth=st.integers(0, 20), lost=st.booleans())
    def the_owner_shows_a_token(self, nth, lost):
        self.show(self.owner, nth, lost)

    @rule(visits=st.integers(1, CHILDREN + 1), lost=st.booleans())
    def the_owner_comes_each_hour(self, visits, lost):
        for _ in range(visits):
            self.now += timedelta(hours=1)
            self.show(self.owner, lost=lost)

    @precondition(lambda self: self.thief)
    @rule(nth=st.integers(0, 20), lost=st.booleans())
    def the_thief_shows_a_token(self, nth, lost):
        self.show(self.thief, nth, lost)

    @rule()
    def the_owner_enters_a_code(self):
        self.dead |= {row.jti for row in self.tree.rows}
        self.owner.append(self.tree.code(self.now))

    def show(self, holder, nth=0, lost=False):
        """`nth` counts back from the newest token."""
        token = holder[-1 - nth % len(holder)]
        verdict, child = self.tree.show(token, self.now)
        assert not (verdict.lets_in and token in self.dead), "a dead token lets in"  # L8
        if verdict is Verdict.COPIED:
            self.dead |= {row.jti for row in self.tree.rows}
        if child is not None and not lost:
            holder.append(child)
        return verdict

    def both_may_still_come(self):
        soon = self.now + timedelta(days=2)
        living = {row.jti for row in self.tree.own if not row.retired_at and row.expires_at > soon}
        return not self.tree.revoked and self.thief and {self.owner[-1], self.thief[-1]} <= living

    def teardown(self):  # L7: from every state reached, two who both go on coming end with the alarm
        if self.both_may_still_come():
            assert ALARMS & set(self.alternate_visits()), "no alarm"

    def alternate_visits(self):
        for _ in range(8):
            for holder in (self.owner, self.thief):
                self.now += timedelta(hours=1)
                verdict = self.show(holder)
                yield verdict
                if holder is self.owner and not verdict.lets_in:
                    self.the_owner_enters_a_code()
