"""Running the transactions of a sign-in again when they lost a race."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction

from idp.audit import events
from idp.audit.models import LoginEvent
from idp.errors import IdpError
from idp.login.errors import Busy
from idp.tokens.lifecycle import LostRace
from idp.versions import version

__all__ = ["LostRace", "attempt"]
ATTEMPTS = 3
PATIENCE = 4.0  # seconds; the databases wait 5 for a lock
Outcome = TypeVar("Outcome")
Meaning = Callable[[IntegrityError], Exception | None]
"""Says what is to be raised in place of an error that another run would only meet again; None of all others."""


class _Heard(Exception):
    """An earlier run turned out to be committed while this one waited, so this one comes to nothing."""


def attempt(step: Callable[[], Outcome], meaning: Meaning = lambda _: None) -> Outcome:
    """Run a transaction again when it lost a race, a few times; nothing of a failed run remains. Raises Busy.

    Whoever has waited for a lock as long as the database allows is told so at once. Another run goes by what is
    configured by then. Where the connection was lost with the answer to a commit, nobody knows what became of it: the
    trail is asked, and if the run's lines stand there, its outcome counts. The commit may still be under way then, and
    the next run waits for the rows that it holds; so the trail is asked again before that run or its error counts.
    """
    begun, unheard = time.monotonic(), None
    for nth in range(1, ATTEMPTS + 1):
        done: list[Outcome] = []
        lines: list[LoginEvent] = []
        try:
            if unheard is not None and events.were_written(unheard[1]):
                return unheard[0]
            with transaction.atomic(), events.together() as lines:
                done.append(step())
                if unheard is not None:
                    _give_way_to(unheard[1])
            return done[0]
        except (_Heard, IdpError, LostRace, IntegrityError, OperationalError) as error:
            if unheard is not None and _is_heard_of(error, unheard[1]):
                return unheard[0]
            if isinstance(error, IdpError):
                raise
            if isinstance(error, IntegrityError) and (meant := meaning(error)) is not None:
                raise meant from error
            if nth == ATTEMPTS or time.monotonic() - begun >= PATIENCE:
                raise Busy(f"gave up after attempt {nth}: {type(error).__name__}") from error
            if done:
                unheard = done[0], lines
            version.forget()
    raise AssertionError


def _give_way_to(lines: list[LoginEvent]) -> None:
    if events.were_written(lines):
        raise _Heard


def _is_heard_of(error: Exception, lines: list[LoginEvent]) -> bool:
    """Whether a run ended so because an earlier one, with these lines, was committed meanwhile."""
    return isinstance(error, _Heard) or (not isinstance(error, OperationalError) and events.were_written(lines))
