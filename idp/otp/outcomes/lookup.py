"""Finds the outcome of a call, from a live answer or from a stored one."""

import re

from idp.otp.outcomes.checks import CHECKS, OTHER_WORD
from idp.otp.outcomes.outcome import NO_CODE, Call, Outcome
from idp.otp.outcomes.starts import STARTS

TABLE = (*STARTS, *CHECKS)


def of_trouble(call: Call, status: int, code: int | None, *, connected: bool) -> Outcome:
    """Return the outcome of a call without a usable answer. `status` is HTTP's, 0 if none came."""
    return next(row for row in TABLE if row.call is call and row.fits(status, code, connected=connected))


def of_check(word: str) -> Outcome:
    """Return the outcome of a check that was answered, by the status of the verification."""
    return next((row for row in CHECKS if row.word and row.word == word), OTHER_WORD)


def of_send(answer: str, code: int | None) -> Outcome | None:
    """Return the outcome of a stored send; None if it was sent, or was a decoy."""
    if code is not None:
        return next((row for row in STARTS if code in row.codes), None) or _by_failure(answer)
    return _by_failure(answer)


def of_detail(detail: str) -> Outcome | None:
    """Return the outcome behind a line of the trail such as `sms: landline (60205)`."""
    number = re.search(r"\((\d+)\)$", detail)
    return of_send(detail.partition(": ")[2], int(number[1]) if number else None)


def _by_failure(answer: str) -> Outcome | None:
    kept = answer.partition(" (")[0]
    rows = [row for row in STARTS if row.made is not None and row.made.value == kept]
    return next((row for row in rows if not row.codes or NO_CODE in row.codes), rows[0] if rows else None)
