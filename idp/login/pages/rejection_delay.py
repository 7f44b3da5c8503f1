"""Answers every rejected proof after the same time, so that the time does not reveal what was there to be checked."""

import time

from django.conf import settings


def due_at() -> float:
    """Return when to answer a proof that arrives now and is rejected, as `time.monotonic` counts."""
    return time.monotonic() + settings.LATCHKEY.wrong_code_seconds


def wait_until(due: float) -> None:
    """Sleep until an instant of `due_at`."""
    time.sleep(max(0.0, due - time.monotonic()))
