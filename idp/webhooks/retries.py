"""When a message that was not taken is sent again. Only arithmetic: the caller brings the facts and the time."""

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
"""Before the next message is tried: it may be the receiver that is ill, not the message."""


def next_try_at(tries: int, made_at: datetime, now: datetime) -> datetime | None:
    """Return when a message is tried again that failed now for the `tries`-th time, or None: it is given up.

    The pauses grow, and the last try falls on the end of the 24 hours.
    """
    end = made_at + KEPT_TRYING
    if now >= end:
        return None
    return min(now + PAUSES[min(tries, len(PAUSES)) - 1], end)
