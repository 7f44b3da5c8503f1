"""Operators read and write durations in words."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.policies import durations


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(days=9), "9 days"),
        (timedelta(days=1, hours=1), "1 day 1 hour"),
        (timedelta(hours=1, minutes=30), "1 hour 30 minutes"),
        (timedelta(days=2, minutes=2), "2 days 2 minutes"),
        (timedelta(minutes=1, seconds=7.5), "1 minute 7.5 seconds"),
        (timedelta(), "0 seconds"),
    ],
)
def test_an_operator_reads_a_duration_exactly(duration, words):
    assert durations.in_words(duration) == words


@given(st.integers(1, 3650 * 24 * 60))
def test_the_words_that_an_operator_reads_can_be_typed_again(minutes):
    duration = timedelta(minutes=minutes)
    assert durations.parse(durations.in_words(duration)) == duration


@pytest.mark.parametrize("typed", ["1 hour 30 minutes", " 1 Hour, 30 Minutes ", "1h30m", "1 hour and 30 min", "90 m"])
def test_an_operator_may_abbreviate_the_units_and_join_them(typed):
    assert durations.parse(typed) == timedelta(minutes=90)


@pytest.mark.parametrize("typed", ["", "7", "days", "7 days or 8", "-7 days", "7 weeks", "1 hour 3 x", "7.5 days"])
def test_anything_else_is_answered_with_an_example(typed):
    with pytest.raises(ValueError, match=f"^{durations.HOW}$"):
        durations.parse(typed)


def test_ten_years_is_the_longest_duration():
    assert durations.parse("3650 days") == durations.LONGEST
    with pytest.raises(ValueError, match=r"^That is longer than ten years\.$"):
        durations.parse("3650 days 1 minute")
