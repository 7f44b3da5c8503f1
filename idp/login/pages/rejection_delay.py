"""Answers every rejected proof after the same time, so that the time does not reveal what was there to be checked."""

import time
from datetime import datetime

from django.conf import settings

from idp.login.codes import sending
from idp.otp.models import Verification


def due_at(now: datetime, texted: Verification | None = None) -> float:
    """Return when to answer a proof that arrives now and is rejected, as `time.monotonic` counts.

    A code from a text may first have to wait for Twilio to acknowledge the text; that time is added.
    """
    arrived, pause = time.monotonic(), settings.LATCHKEY.wrong_code_seconds
    return arrived + pause + (sending.wait_at_most(texted, now) if pause else 0.0)


def wait_until(due: float) -> None:
    """Sleep until an instant of `due_at`."""
    time.sleep(max(0.0, due - time.monotonic()))
