from datetime import UTC, datetime, timedelta

import pytest

from idp.otp import allowances

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(("sends", "seconds"), [(1, 30), (2, 60), (3, 90)])
def test_each_text_is_waited_for_a_little_longer(sends, seconds):
    assert allowances.next_send_at(sends, NOW, own=False) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("sends", [4, 5, 100])
def test_after_four_sends_there_is_no_other(sends):
    assert allowances.next_send_at(sends, NOW, own=False) is None


def test_the_agents_own_phone_has_one_more():
    assert allowances.next_send_at(4, NOW, own=True) == NOW + timedelta(seconds=90)
    assert allowances.next_send_at(5, NOW, own=True) is None


def test_a_code_is_over_at_the_very_instant_of_ten_minutes():
    started = NOW - timedelta(minutes=10)
    assert not allowances.is_over(started, NOW - TICK)
    assert allowances.is_over(started, NOW)


def test_strangers_share_less_than_verify_allows():
    """Verify allows 5 sends and 5 checks in 10 minutes."""
    assert allowances.STRANGERS_SENDS < allowances.SENDS == len(allowances.WAITS) + 1 <= 5
    assert allowances.STRANGERS_TRIES < allowances.TRIES <= 5
    assert sum(allowances.WAITS, timedelta(0)) < allowances.CODE_LIFETIME == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 0), (9, 0), (10, 10), (11, 20), (14, 160), (17, 1280), (18, 1440), (99, 1440)]
)
def test_pauses_double_up_to_a_day(failures, minutes):
    assert allowances.pause_after(failures) == timedelta(minutes=minutes)


def test_a_hundred_failures_in_a_row_are_the_end_until_somebody_lifts_it():
    assert allowances.pause_after(100) is None


def test_an_address_that_proves_its_codes_may_ask_for_more():
    assert allowances.PER_ADDRESS.is_used_up(30, proved=0)
    assert not allowances.PER_ADDRESS.is_used_up(30, proved=1)
    assert allowances.PER_ADDRESS.is_used_up(330, proved=100)
