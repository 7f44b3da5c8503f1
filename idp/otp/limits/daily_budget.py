"""The daily budget of texts and calls, from midnight UTC."""

from datetime import datetime

from django.conf import settings

from idp.otp.limits.todays_sends import sent_today


def budget(*, own: bool) -> int:
    """Return how many may be sent in a day. For agents' own phones the limit is twice as high."""
    texts_a_day: int = settings.LATCHKEY.texts_a_day
    return texts_a_day * (2 if own else 1)


def is_spent(now: datetime, *, own: bool) -> bool:
    """Whether today's budget is used up."""
    return sent_today(now) >= budget(own=own)
