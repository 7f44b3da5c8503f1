"""The lifecycle of verifications, by number. Pure rules: the caller passes the time and handles locking."""

import secrets
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from hmac import compare_digest

from idp.demo.verify_emulator.refusals import CHECKS_USED, INVALID_REQUEST, NOT_FOUND, SENDS_USED, Refusal

LIFETIME = timedelta(minutes=10)
SENDS = 5
CHECKS = 5
CODE_DIGITS = 6

PENDING = "pending"
APPROVED = "approved"
CANCELED = "canceled"
CHECKS_SPENT = "max_attempts_reached"
DELETED = "deleted"
EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Variants:
    """Where Twilio's documentation and reports contradict each other. False means as documented."""

    sixth_check_is_429: bool = False
    """The sixth check returns 60202 and locks the number, instead of deleting the verification."""
    unknown_check_is_400: bool = False
    """A check of an unknown verification returns 60200 instead of 20404."""
    sixth_start_is_60202: bool = False
    check_answers_200: bool = False
    cancel_keeps_lock: bool = False
    """Cancelling a verification without checks left does not free its number."""
    lower_case_attempts: bool = False
    """`send_code_attempts` name the channel in lower case, instead of in capitals."""
    problem_details: bool = False
    """Errors have the format of RFC 9457."""
    over_stays_readable: bool = False
    """A verification that has ended can still be fetched."""

    @classmethod
    def names(cls) -> frozenset[str]:
        """Return the names of all variants."""
        return frozenset(field.name for field in fields(cls))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One send of a code."""

    sid: str
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verification:
    """One verification at one moment."""

    sid: str
    to: str
    code: str
    started_at: datetime
    updated_at: datetime
    sends: tuple[Attempt, ...]
    checks: int = 0
    status: str = PENDING

    @property
    def channel(self) -> str:
        """Return the channel of the last send."""
        return self.sends[-1].channel

    def seen_at(self, now: datetime) -> "Verification":
        """Return its state now. It has expired at, not after, the instant of expiry."""
        ends_at = self.started_at + LIFETIME
        if self.status in {PENDING, CHECKS_SPENT} and now >= ends_at:
            return replace(self, status=EXPIRED, updated_at=ends_at)
        return self


class Verifications:
    """All verifications of one service. Not thread-safe."""

    def __init__(self) -> None:
        self.variants = Variants()
        self._by_sid: dict[str, Verification] = {}
        self._current: dict[str, str] = {}

    def start(self, to: str, channel: str, now: datetime) -> Verification | Refusal:
        """Begin a verification of the number, or count one more send of its open one."""
        current = self._under_way(to, now)
        attempt = Attempt(new_sid("VL"), channel, now)
        if current is None:
            return self._keep(Verification(new_sid("VE"), to, _new_code(), now, now, (attempt,)))
        if current.status != PENDING:
            return CHECKS_USED
        if len(current.sends) >= SENDS:
            return replace(SENDS_USED, code=60202) if self.variants.sixth_start_is_60202 else SENDS_USED
        return self._keep(replace(current, sends=(*current.sends, attempt), updated_at=now))

    def check(self, found: Verification | None, code: str, now: datetime) -> Verification | Refusal:
        """Check a code. Right or wrong, this uses up one check."""
        if found is None:
            return INVALID_REQUEST if self.variants.unknown_check_is_400 else NOT_FOUND
        if found.status == CHECKS_SPENT:
            return CHECKS_USED
        if found.status != PENDING:
            return NOT_FOUND
        if found.checks >= CHECKS:
            return self._spend(found, now)
        right = compare_digest(found.code.encode(), code.encode())
        status = APPROVED if right else PENDING
        return self._keep(replace(found, checks=found.checks + 1, status=status, updated_at=now))

    def cancel(self, sid: str, now: datetime) -> Verification | Refusal:
        """Cancel a verification, which frees the number."""
        return self._end(sid, CANCELED, now)

    def approve(self, sid: str, now: datetime) -> Verification | Refusal:
        """Approve a verification that was proved by other means."""
        return self._end(sid, APPROVED, now)

    def end(self, found: Verification, status: str, now: datetime) -> Verification:
        """Put a verification into a given final status."""
        return self._keep(replace(found, status=status, updated_at=now))

    def fetch(self, sid: str, now: datetime) -> Verification | Refusal:
        """Return a verification that has not ended."""
        found = self.find(sid, now)
        if found is None:
            return NOT_FOUND
        readable = found.status in {PENDING, CHECKS_SPENT} or self.variants.over_stays_readable
        return found if readable else NOT_FOUND

    def find(self, sid: str, now: datetime) -> Verification | None:
        """Return a verification, ended or not."""
        found = self._by_sid.get(sid)
        return found.seen_at(now) if found else None

    def find_by_number(self, to: str, now: datetime) -> Verification | None:
        """Return the latest verification of a number, ended or not."""
        return self.find(self._current.get(to, ""), now)

    def _under_way(self, to: str, now: datetime) -> Verification | None:
        """Return the open verification that prevents a new one for the number."""
        found = self.find_by_number(to, now)
        if found is None:
            return None
        if found.status == CANCELED and self.variants.cancel_keeps_lock and found.checks >= CHECKS:
            return found if now < found.started_at + LIFETIME else None
        return found if found.status in {PENDING, CHECKS_SPENT} else None

    def _spend(self, found: Verification, now: datetime) -> Refusal:
        if self.variants.sixth_check_is_429:
            self.end(found, CHECKS_SPENT, now)
            return CHECKS_USED
        self.end(found, DELETED, now)
        return NOT_FOUND

    def _end(self, sid: str, status: str, now: datetime) -> Verification | Refusal:
        found = self.find(sid, now)
        if found is None or found.status not in {PENDING, CHECKS_SPENT}:
            return NOT_FOUND
        return self.end(found, status, now)

    def _keep(self, verification: Verification) -> Verification:
        self._by_sid[verification.sid] = verification
        self._current[verification.to] = verification.sid
        return verification


def new_sid(prefix: str) -> str:
    """Return a new identifier in Twilio's format: two letters and 32 hex digits."""
    return prefix + secrets.token_hex(16)


def _new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
