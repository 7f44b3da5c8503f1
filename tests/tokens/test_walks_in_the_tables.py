"""The same walks through the real tables; at every step they must say what the pure rules say."""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from idp.sql.prepared import Update
from idp.tokens import lifecycle
from idp.tokens.rotation import Verdict
from tests.tokens.tables import Tables
from tests.tokens.test_walks import BOUNDED, NobodyIsTold, SiblingsSurvive, machine
from tests.tokens.tree import Tree
from tests.tokens.walks import HonestPhone, Thief

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("db", "keys")]

FEW = settings(BOUNDED, max_examples=12, stateful_step_count=25)
UNSHRUNK = settings(FEW, max_examples=500, phases=[Phase.generate])


@pytest.fixture
def siblings_survive(monkeypatch):
    """Confirming a child leaves its siblings alive, in the tables."""
    weaker = Update(lambda: lifecycle._others().filter(confirmed_at__isnull=False), retired_at=lifecycle._RETIRED)
    monkeypatch.setattr(lifecycle, "_RETIRE_OTHERS", weaker)


@pytest.fixture
def nobody_is_told(monkeypatch):
    """A retired token only asks for a code, in the tables."""
    judge = lifecycle.judge

    def weaker(*args, **named):
        verdict = judge(*args, **named)
        return Verdict.OUTDATED if verdict is Verdict.COPIED else verdict

    monkeypatch.setattr(lifecycle, "judge", weaker)


def walk(kind, rules=Tree, steps=FEW):
    tables = type("Tables", (Tables,), {"rules": rules})
    run_state_machine_as_test(machine(kind, tree_of=tables), settings=steps)


@pytest.mark.parametrize("kind", [HonestPhone, Thief])
def test_the_tables_say_what_the_rules_say_and_keep_the_invariants(kind):
    walk(kind)


@pytest.mark.parametrize("weakened", ["siblings_survive", "nobody_is_told"])
def test_tables_that_are_weaker_than_the_rules_are_found_out(request, weakened):
    request.getfixturevalue(weakened)
    with pytest.raises(AssertionError, match="tables and rules differ"):
        walk(Thief, steps=UNSHRUNK)


@pytest.mark.parametrize(
    ("weakened", "rules", "found"),
    [("siblings_survive", SiblingsSurvive, "two trees|no alarm"), ("nobody_is_told", NobodyIsTold, "no alarm")],
)
def test_tables_and_rules_that_are_both_weaker_are_found_out_by_the_thief(request, weakened, rules, found):
    request.getfixturevalue(weakened)
    with pytest.raises(AssertionError, match=found):
        walk(Thief, rules, UNSHRUNK)
