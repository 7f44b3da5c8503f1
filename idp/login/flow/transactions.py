"""Runs the transactions of a login, and runs them again if they lose a race."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import IntegrityError, OperationalError, transaction

from idp.audit import events
from idp.audit.models import LoginEvent
from idp.errors import IdpError, LostRace
from idp.login.errors import Busy
from idp.sql.causes import cause
from idp.versions import version

ATTEMPTS = 3
"""How often a transaction runs at most."""
PATIENCE = 4.0
"""Seconds after which no further run starts. The databases wait 5 seconds for a lock."""
Outcome = TypeVar("Outcome")
Translation = Callable[[IntegrityError], Exception | None]
"""Returns what to raise instead of an error that every further run would meet too, or None for any other error."""


@dataclass(frozen=True, slots=True)
class _Run(Generic[Outcome]):
    """The outcome of one run, and the lines it wrote to the trail."""

    outcome: Outcome
    lines: list[LoginEvent]

    def was_committed(self) -> bool:
        """Look in the trail to see if this run was committed, because its answer was lost. Logs its lines if so."""
        return events.were_written(self.lines)


def in_transaction(step: Callable[[], Outcome], translate: Translation = lambda _: None) -> Outcome:
    """Run `step` in a transaction and return its outcome. Raises Busy, and what `step` or `translate` raises.

    If a run loses a race, it is rolled back and repeated, up to 3 times within 4 seconds. Each run uses the
    configuration of its time.

    If the connection breaks during a commit, the trail tells whether that run was committed; if so, its outcome counts.
    The commit may still be in progress. The next run then waits for the rows that the commit locks, so the trail is
    read again before that run, or its error, counts.
    """
    started, unconfirmed = time.monotonic(), None
    for nth in range(1, ATTEMPTS + 1):
        run: _Run[Outcome] | None = None
        try:
            if unconfirmed is not None and unconfirmed.was_committed():
                return unconfirmed.outcome
            with transaction.atomic(), events.together() as lines:
                run = _Run(step(), lines)
                if unconfirmed is not None and unconfirmed.was_committed():
                    lines.clear()
                    transaction.set_rollback(True)
                    return unconfirmed.outcome
        except (IdpError, LostRace, IntegrityError, OperationalError) as error:
            if unconfirmed is not None and not isinstance(error, OperationalError) and unconfirmed.was_committed():
                return unconfirmed.outcome
            if isinstance(error, IdpError):
                raise
            if isinstance(error, IntegrityError) and (translated := translate(error)) is not None:
                raise translated from error
            if nth == ATTEMPTS or time.monotonic() - started >= PATIENCE:
                raise Busy(f"gave up after attempt {nth}: {cause(error)}") from error
            unconfirmed = run or unconfirmed
            version.unpin()
        else:
            return run.outcome
    raise AssertionError
