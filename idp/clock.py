"""The one place that asks what time it is."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Return the present instant in UTC.

    Only views, commands and middleware call this; everything below them takes `now` as an argument.
    Looked up at each call, so that a moved clock moves django-otp along with us.
    """
    return timezone.now()
