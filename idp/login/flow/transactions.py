"""Running the transactions of a sign-in again when they lost a race."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import IntegrityError, OperationalError, transaction

from idp.audit import events
from idp.audit.models import LoginEvent
from idp.errors import IdpError
from idp.login.errors import Busy
from idp.tokens.lifecycle import LostRace
from idp.versions import version

__all__ = ["LostRace", "in_transaction"]
ATTEMPTS = 3
PATIENCE = 4.0  # seconds; the databases wait 5 for a lock
Outcome = TypeVar("Outcome")
Meaning = Callable[[IntegrityError], Exception | None]
"""Says what is to be raised in place of an error that another run would only meet again; None of all others."""


@dataclass(frozen=True, slots=True)
class _Run(Generic[Outcome]):
    """What came of one run, and its lines of the trail."""

    outcome: Outcome
    lines: list[LoginEvent]

    def was_committed(self) -> bool:
        """Look in the trail, where nobody heard the answer to its commit. The log is told of its lines if so."""
        return events.were_written(self.lines)


def in_transaction(step: Callable[[], Outcome], meaning: Meaning = lambda _: None) -> Outcome:
    """Run a transaction again when it lost a race, a few times; nothing of a failed run remains. Raises Busy.

    Whoever has waited for a lock as long as the database allows is told so at once. Another run goes by what is
    configured by then. Where the connection was lost with the answer to a commit, nobody knows what became of it: the
    trail is asked, and if the run's lines stand there, its outcome counts. The commit may still be under way then, and
    the next run waits for the rows that it holds; so the trail is asked again before that run or its error counts.
    """
    begun, unheard = time.monotonic(), None
    for nth in range(1, ATTEMPTS + 1):
        run: _Run[Outcome] | None = None
        try:
            if unheard is not None and unheard.was_committed():
                return unheard.outcome
            with transaction.atomic(), events.together() as lines:
                run = _Run(step(), lines)
                if unheard is not None and unheard.was_committed():
                    lines.clear()
                    transaction.set_rollback(True)
                    return unheard.outcome
        except (IdpError, LostRace, IntegrityError, OperationalError) as error:
            if unheard is not None and not isinstance(error, OperationalError) and unheard.was_committed():
                return unheard.outcome
            if isinstance(error, IdpError):
                raise
            if isinstance(error, IntegrityError) and (meant := meaning(error)) is not None:
                raise meant from error
            if nth == ATTEMPTS or time.monotonic() - begun >= PATIENCE:
                raise Busy(f"gave up after attempt {nth}: {type(error).__name__}") from error
            unheard = run or unheard
            version.forget()
        else:
            return run.outcome
    raise AssertionError
