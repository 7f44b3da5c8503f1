from datetime import UTC, datetime, timedelta

import pytest

from idp.otp import limits

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(("sends", "seconds"), [(1, 30), (2, 60), (3, 90)])
def test_each_text_is_waited_for_a_little_longer(sends, seconds):
    assert limits.next_send_at(sends, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("sends", [4, 5, 100])
def test_after_four_sends_there_is_no_other(sends):
    assert limits.next_send_at(sends, NOW) is None


def test_a_code_is_over_at_the_very_instant_of_ten_minutes():
    started = NOW - timedelta(minutes=10)
    assert not limits.is_over(started, NOW - TICK)
    assert limits.is_over(started, NOW)


def test_the_limits_lie_under_those_of_verify():
    """Verify allows 5 sends and 5 checks in 10 minutes."""
    assert limits.SENDS == len(limits.WAITS) + 1 < 5
    assert limits.TRIES == 5
    assert sum(limits.WAITS, timedelta(0)) < limits.CODE_LIFETIME == timedelta(minutes=10)
