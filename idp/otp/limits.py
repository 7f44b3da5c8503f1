"""How often a code may be sent and tried, under Verify's own limits. Pure."""

from datetime import datetime, timedelta

CODE_LIFETIME = timedelta(minutes=10)
TRIES = 5
SENDS = 4
WAITS = (timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=90))


def next_send_at(sends: int, last_send_at: datetime) -> datetime | None:
    """Return the instant from which a code may be sent again, or None when all sends are used.

    `sends` counts from 1, the first text included. Calls count as well.
    """
    return last_send_at + WAITS[sends - 1] if sends <= len(WAITS) else None


def is_over(started_at: datetime, now: datetime) -> bool:
    """Whether the code of a verification has run out; at the very instant it has."""
    return now >= started_at + CODE_LIFETIME
