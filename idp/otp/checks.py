"""Checks a typed code with Verify. The try is counted and committed before Twilio is called."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef

from idp.otp import allowances, breaker, verifications
from idp.otp.gateway import CheckResult, CodeChecker, Failure
from idp.otp.limits.asker import Asker
from idp.otp.models import Verification

NO_VERDICT = {CheckResult.UNKNOWN: Failure.UNAVAILABLE, CheckResult.MISCONFIGURED: Failure.MISCONFIGURED}
"""What the breaker counts for a check without a verdict, and for a probe in its place."""


class Checked(StrEnum):
    """The result of a typed code."""

    APPROVED = "approved"
    WRONG = "wrong"
    GONE = "over at Twilio"
    """The code no longer counts, right or wrong: used before, or expired at Twilio. Shown like a wrong one."""
    TOO_MANY_TRIES = "too many tries"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


def check(verification: Verification, code: str, asker: Asker, gateway: CodeChecker, now: datetime) -> Checked:
    """Check a code.

    No code is right for a decoy, or for a verification that is used up. A stranger sees the same answer in each case.
    An approved verification stays open: `verifications.approve` ends it in the transaction that signs the agent in.
    """
    if allowances.is_over(verification.started_at, now):
        return Checked.EXPIRED
    if not verifications.count_try(verification, asker):
        return Checked.TOO_MANY_TRIES
    current = _current(verification)
    verification.tries, verification.strangers_tries = current.tries, current.strangers_tries
    phone, is_test = current.authenticator, current.asked_by_id is not None
    if phone is None or not current.sid or current.ended_at is not None or (current.has_tests_sid and not is_test):
        return _wrong_unless_down(gateway, now)
    result = gateway.check(sid=current.sid, to=phone.number, code=code)
    if (failure := NO_VERDICT.get(result)) is not None:
        breaker.note_failure(failure, now)
    return _settle(verification, result)


def _current(verification: Verification) -> Any:  # noqa: ANN401 - a Verification with an annotation
    """Read a verification again, and whether Twilio gave it the one of a test, whose code an operator may know."""
    tests = Verification.objects.filter(sid=OuterRef("sid"), asked_by__isnull=False)
    rows = Verification.objects.select_related("authenticator").annotate(has_tests_sid=Exists(tests))
    return rows.get(pk=verification.pk)


def _wrong_unless_down(gateway: CodeChecker, now: datetime) -> Checked:
    """Probe Verify if there is nothing to check, so that in an outage all answers look alike and take as long."""
    failure = gateway.probe()
    if failure is None:
        return Checked.WRONG
    breaker.note_failure(failure, now)
    return Checked.UNKNOWN


def _settle(verification: Verification, result: CheckResult) -> Checked:
    match result:
        case CheckResult.APPROVED:
            return Checked.APPROVED
        case CheckResult.UNKNOWN | CheckResult.MISCONFIGURED:
            return Checked.UNKNOWN
        case CheckResult.TOO_MANY_TRIES:
            Verification.objects.filter(pk=verification.pk).update(tries=allowances.TRIES)
            return Checked.TOO_MANY_TRIES
        case CheckResult.GONE:  # the next send starts a new verification at Twilio
            Verification.objects.filter(pk=verification.pk).update(sid="")
            return Checked.GONE
    return Checked.WRONG
