"""The arithmetic of the benchmarks: median, middle half, and whether a bound is reached."""

import pytest

from tests.speed.comparisons import Comparison, Figure, outcome, run


def a_comparison(**fields):
    return Comparison("this", "that", lambda: None, lambda: None, **fields)


def test_one_disturbed_round_does_not_change_the_median():
    found = outcome(a_comparison(), [(2, 1), (2, 1), (50, 1), (2, 1), (2, 1)])
    assert (found.ratio, found.low, found.high) == (2, 2, 2)


@pytest.mark.parametrize(("took", "reached"), [(1, "goal"), (2, "goal"), (3, "required"), (5, "neither")])
def test_a_smaller_ratio_of_times_is_better(took, reached):
    assert outcome(a_comparison(required=4, goal=2), [(took, 1)] * 3).reached == reached


@pytest.mark.parametrize(("took", "reached"), [(1, "goal"), (2, "required"), (10, "neither")])
def test_a_larger_ratio_of_speeds_is_better(took, reached):
    assert outcome(a_comparison(required=0.3, goal=0.8, is_speed=True), [(took, 1)] * 3).reached == reached


def test_a_count_is_compared_with_required_value_and_goal():
    assert [Figure("queries", it, "", 8, 5).reached for it in (5, 8, 9)] == ["goal", "required", "neither"]


def test_both_sides_run_alternately():
    order = []
    comparison = Comparison("a", "b", lambda: order.append("a"), lambda: order.append("b"), rounds=3, once=True)
    ticks = iter(range(100))
    run(Comparison(**{**vars(comparison), "clock": lambda: next(ticks)}))
    assert "".join(order) == "ababab"
