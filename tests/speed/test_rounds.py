"""The arithmetic of the bench: what rounds come to, and what of a bound is reached."""

import pytest

from tests.speed.rounds import Contest, Figure, outcome, run


def a_contest(**fields):
    return Contest("this", "that", lambda: None, lambda: None, **fields)


def test_one_disturbed_round_does_not_change_the_median():
    found = outcome(a_contest(), [(2, 1), (2, 1), (50, 1), (2, 1), (2, 1)])
    assert (found.quotient, found.low, found.high) == (2, 2, 2)


@pytest.mark.parametrize(("took", "reached"), [(1, "aim"), (2, "aim"), (3, "must"), (5, "not reached")])
def test_a_smaller_ratio_of_times_is_better(took, reached):
    assert outcome(a_contest(must=4, aim=2), [(took, 1)] * 3).verdict == reached


@pytest.mark.parametrize(("took", "reached"), [(1, "aim"), (2, "must"), (10, "not reached")])
def test_a_larger_ratio_of_speeds_is_better(took, reached):
    assert outcome(a_contest(must=0.3, aim=0.8, turned=True), [(took, 1)] * 3).verdict == reached


def test_a_count_is_compared_with_required_value_and_goal():
    assert [Figure("queries", it, "", 8, 5).verdict for it in (5, 8, 9)] == ["aim", "must", "not reached"]


def test_both_sides_run_alternately():
    order = []
    contest = Contest("a", "b", lambda: order.append("a"), lambda: order.append("b"), rounds=3, once=True)
    ticks = iter(range(100))
    run(Contest(**{**vars(contest), "clock": lambda: next(ticks)}))
    assert "".join(order) == "ababab"
