"""When a message is tried again, down to the instant."""

from datetime import timedelta

import pytest

from idp.webhooks.retries import KEPT_TRYING, PAUSES, next_try_at
from tests.conftest import NOW

INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(("tries", "pause"), list(enumerate(PAUSES, start=1)))
def test_pauses_between_tries_grow(tries, pause):
    assert next_try_at(tries, NOW, NOW) == NOW + pause
    assert sorted(PAUSES) == list(PAUSES)


def test_the_longest_pause_is_repeated():
    assert next_try_at(len(PAUSES) + 5, NOW, NOW) == NOW + PAUSES[-1]


def test_the_last_try_falls_on_the_end_of_the_day():
    end = NOW + KEPT_TRYING
    assert next_try_at(3, NOW, end - INSTANT) == end
    assert next_try_at(3, NOW, end) is None
