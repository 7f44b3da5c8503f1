"""The only code that reads the current time, and how far the clocks of Latchkey's servers may differ."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

Clock = Callable[[], datetime]
"""For work that takes longer than an instant, in place of `now`."""
CLOCKS_APART: Final = timedelta(minutes=1)
"""The most by which the clocks of Latchkey's servers may differ. A row dated further ahead has a wrong instant."""


def now() -> datetime:
    """Return the present instant in UTC.

    Only views, commands and middleware call this; everything below them takes `now` as an argument.
    It calls Django's clock, so that a test that moves the clock also moves django-otp's.
    """
    return timezone.now()


def lately(column: str, since: datetime, now: datetime) -> Q:
    """Return the condition that an instant in a column is after another, and was not dated ahead by a wrong clock."""
    return Q((f"{column}__gt", since), (f"{column}__lte", now + CLOCKS_APART))


def unexpired(now: datetime, lifetime: timedelta) -> Q:
    """Return the condition that the `expires_at` of a row, a lifetime after it was made, has not come.

    What was made more than a lifetime ahead has expired as well: a wrong clock dated that.
    """
    return Q(("expires_at__gt", now), ("expires_at__lt", now + 2 * lifetime))


def has_come(column: str, now: datetime, longest: timedelta) -> Q:
    """Return the condition that the instant until which something waits, in a column, has come.

    Nothing waits for longer than `longest`. An instant beyond that was written by a wrong clock, and has come as well.
    """
    return Q((f"{column}__lte", now)) | Q((f"{column}__gt", now + longest + CLOCKS_APART))
