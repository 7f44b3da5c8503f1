"""When a message that was not accepted is sent again. Pure."""

from datetime import datetime, timedelta

KEPT_TRYING = timedelta(hours=24)
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
)
AFTER_GIVING_UP = timedelta(minutes=1)
"""The pause before the next message: the fault may be the receiver's, not the message's."""


def longest_pause(tries: int) -> timedelta:
    """Return the longest time that a webhook waits before the message that is next, after its `tries`-th failure."""
    return PAUSES[min(tries, len(PAUSES)) - 1] if tries else AFTER_GIVING_UP


def next_try_at(tries: int, made_at: datetime, now: datetime) -> datetime | None:
    """Return when to retry a message after its `tries`-th failure, or None to give it up.

    The pauses grow, and the last try is 24 hours after the message was made.
    """
    end = made_at + KEPT_TRYING
    if now >= end:
        return None
    return min(now + longest_pause(tries), end)
