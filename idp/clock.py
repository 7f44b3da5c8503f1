"""The only code that reads the current time."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

Clock = Callable[[], datetime]
"""For work that takes longer than an instant, in place of `now`."""


def now() -> datetime:
    """Return the present instant in UTC.

    Only views, commands and middleware call this; everything below them takes `now` as an argument.
    It calls Django's clock, so that a test that moves the clock also moves django-otp's.
    """
    return timezone.now()
