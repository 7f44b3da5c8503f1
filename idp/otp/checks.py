"""Checks a typed code with Verify. The try is counted and committed before Twilio is called."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from idp.clock import CLOCKS_APART
from idp.otp import allowances, breaker, verifications
from idp.otp.gateway import CheckResult, CodeChecker, Failure
from idp.otp.limits.asker import Asker
from idp.otp.models import Verification
from idp.sql.joined_texts import Together, apart

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


def check(
    verification: Verification,
    code: str,
    asker: Asker,
    gateway: CodeChecker,
    now: datetime,
    *,
    login: UUID | None = None,
) -> Checked:
    """Check a code, which was typed in a login if not for a test.

    No code is right for a decoy, or for a verification that is used up. A stranger sees the same answer in each case.
    An approved verification stays open: `verifications.approve` ends it in the transaction that signs the agent in.
    """
    if allowances.is_over(verification.started_at, now):
        return Checked.EXPIRED
    if not verifications.count_try(verification, asker, login):
        return Checked.TOO_MANY_TRIES
    current = _current(verification, now)
    verification.tries, verification.strangers_tries = current.tries, current.strangers_tries
    verification.unjudged_in = current.unjudged_in
    phone, tests = current.authenticator, _tests_beside(current)
    if phone is None or current.ended_at is not None or not _was_sent(current) or current.sid in tests:
        return _wrong_unless_down(gateway, now)
    result = gateway.check(sid=current.sid, to=phone.number, code=code, tests=tests)
    if (failure := NO_VERDICT.get(result)) is not None:
        breaker.note_failure(failure, now)
        return Checked.UNKNOWN
    return _settle(current, result)


def _current(verification: Verification, now: datetime) -> Any:  # noqa: ANN401 - a Verification with an annotation
    """Read a verification again, and what Twilio calls the test codes of its number."""
    over = now - allowances.CODE_LIFETIME - CLOCKS_APART
    tests = Verification.objects.filter(authenticator=OuterRef("authenticator"), asked_by__isnull=False)
    sids = tests.exclude(sid="", started_at__lte=over).order_by().values("authenticator").annotate(all=Together("sid"))
    rows = Verification.objects.select_related("authenticator").annotate(tests_sids=Subquery(sids.values("all")))
    return rows.get(pk=verification.pk)


def _was_sent(verification: Verification) -> bool:
    """Whether its code may be at the agent's phone.

    A text can be faster than Twilio's acknowledgement, which can also get lost: then the SID is unknown. Only a test
    waits for it.
    """
    return bool(verification.sid) or (verification.asked_by_id is None and verification.sends.exists())


def _tests_beside(current: Any) -> frozenset[str]:  # noqa: ANN401 - what `_current` returned
    """Return the SIDs of the number's test codes, which an operator may know. A test's own code counts for it.

    An empty one stands for a test whose SID is unknown. No code can be told from that by its number.
    """
    return frozenset() if current.asked_by_id is not None else apart(current.tests_sids)


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
        case CheckResult.TOO_MANY_TRIES:
            Verification.objects.filter(pk=verification.pk).update(tries=allowances.TRIES)
            return Checked.TOO_MANY_TRIES
        case CheckResult.GONE:  # the next send starts a new verification at Twilio, and may have done so
            Verification.objects.filter(pk=verification.pk, sid=verification.sid).update(sid="")
            return Checked.GONE
    return Checked.WRONG
