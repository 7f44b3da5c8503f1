import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from idp.tokens.rotation import Verdict
from tests.tokens.tree import Tree
from tests.tokens.walks import HONEST, HonestPhone, Thief

pytestmark = pytest.mark.long

BOUNDED = settings(
    max_examples=150,
    stateful_step_count=40,
    derandomize=True,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
UNSHRUNK = settings(BOUNDED, max_examples=2000, phases=[Phase.generate])


class SiblingsSurvive(Tree):
    """Confirming a child leaves its siblings alive."""

    def retire(self, rows, now):
        super().retire([row for row in rows if row.confirmed_at], now)


class NobodyIsTold(Tree):
    """A retired token only asks for a code."""

    def judged(self, row, now):
        verdict = super().judged(row, now)
        return Verdict.OUTDATED if verdict is Verdict.COPIED else verdict


def machine(kind, **attributes):
    return type(kind.__name__, (kind,), attributes)


def verdicts_on(kind):
    """Walk, and return every verdict that was met on the way."""
    met = set()

    class Noting(Tree):
        def judged(self, row, now):
            verdict = super().judged(row, now)
            met.add(verdict)
            return verdict

    run_state_machine_as_test(machine(kind, tree_of=Noting), settings=BOUNDED)
    return met


def test_an_honest_phone_is_never_taken_for_a_copy():
    assert verdicts_on(HonestPhone) == HONEST


def test_a_thief_gains_nothing_that_lasts_and_is_found_out():
    assert verdicts_on(Thief) == set(Verdict)


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        pytest.param(machine(HonestPhone, quiet=0), "copied", id="no quiet minute"),
        pytest.param(machine(HonestPhone, writing=3600), "copied", id="cookies written later than promised"),
        pytest.param(machine(Thief, tree_of=SiblingsSurvive), "two trees", id="siblings survive a confirmation"),
        pytest.param(machine(Thief, tree_of=NobodyIsTold), "no alarm", id="a retired token only asks for a code"),
    ],
)
def test_the_walks_find_what_a_weaker_rule_would_let_pass(broken, found):
    with pytest.raises(AssertionError, match=found):
        run_state_machine_as_test(broken, settings=UNSHRUNK)
