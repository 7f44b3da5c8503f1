"""Running the transactions of a sign-in again when they lost a race."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction

from idp.audit import events
from idp.login.errors import Busy
from idp.tokens.lifecycle import LostRace
from idp.versions import version

__all__ = ["LostRace", "attempt"]
ATTEMPTS = 3
PATIENCE = 4.0  # seconds; the databases wait 5 for a lock
Outcome = TypeVar("Outcome")


def attempt(step: Callable[[], Outcome]) -> Outcome:
    """Run a transaction again when it lost a race, a few times; nothing of a failed run remains. Raises Busy.

    Whoever has waited for a lock as long as the database allows is told so at once. Another run goes by what is
    configured by then.
    """
    begun = time.monotonic()
    for nth in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic(), events.together():
                return step()
        except (LostRace, IntegrityError, OperationalError) as error:
            if nth == ATTEMPTS or time.monotonic() - begun >= PATIENCE:
                raise Busy(f"gave up after attempt {nth}: {type(error).__name__}") from error
            version.forget()
    raise AssertionError
