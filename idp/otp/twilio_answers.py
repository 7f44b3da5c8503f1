"""What Twilio Verify's answers and errors mean to us. Pure: plain values in, our own words out."""

from dataclasses import dataclass
from http import HTTPStatus

from idp.otp.gateway import CheckResult, Failure

LONGEST_PAUSE = 1.0
"""Seconds waited at most before the one repetition, whatever Twilio asks for."""

_INVALID_PARAMETER = 60200
_NOT_PROCESSED = frozenset({20429, 60212})
_FAILURES = {
    20003: Failure.MISCONFIGURED,
    20005: Failure.MISCONFIGURED,
    20404: Failure.MISCONFIGURED,
    20429: Failure.RATE_LIMITED,
    25109: Failure.RATE_LIMITED,
    60204: Failure.CHANNEL_OFF,
    60217: Failure.CHANNEL_OFF,
    60223: Failure.CHANNEL_OFF,
}
_RESULTS = {
    "approved": CheckResult.APPROVED,
    "pending": CheckResult.WRONG_CODE,
    "max_attempts_reached": CheckResult.TOO_MANY_TRIES,
    "canceled": CheckResult.GONE,
    "deleted": CheckResult.GONE,
    "expired": CheckResult.GONE,
    "failed": CheckResult.GONE,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a successful answer says: whose verification it is about, and how that stands."""

    sid: str
    to: str
    status: str

    def verdict(self, *, sid: str, to: str) -> CheckResult:
        """Judge a check of ours. Another verification, or a status nobody knows, is UNKNOWN."""
        if self.sid != sid or self.to != to:
            return CheckResult.UNKNOWN
        return _RESULTS.get(self.status, CheckResult.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Service:
    """The Verify service as Twilio describes it: `friendly_name` stands in each text."""

    sid: str
    friendly_name: str
    code_length: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a call brought no usable answer.

    `status` is HTTP's, 0 if no answer began; `code` is Twilio's number, None if none came; `retry_after` is
    in seconds; `connected` is False only when certainly nothing reached Twilio.
    """

    status: int
    code: int | None
    request_id: str
    retry_after: float
    connected: bool

    @property
    def may_be_repeated(self) -> bool:
        """Tell whether Twilio certainly did nothing, so that a repetition cannot send a second text."""
        return not self.connected or self.code in _NOT_PROCESSED

    @property
    def pause(self) -> float:
        """Seconds to wait before a repetition."""
        return min(self.retry_after, LONGEST_PAUSE) if self.connected else 0.0

    @property
    def answer_lost(self) -> bool:
        """Tell whether Twilio may have carried out the call although we did not hear its answer."""
        return self.connected and self.status < HTTPStatus.MULTIPLE_CHOICES


def failed_start(trouble: Trouble) -> Failure:
    """Say why nothing was sent. 429s are judged by the call, as Twilio's codes for them contradict."""
    if trouble.status == HTTPStatus.UNAUTHORIZED:
        return Failure.MISCONFIGURED
    if trouble.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Failure.UNAVAILABLE
    if trouble.code in _FAILURES:
        return _FAILURES[trouble.code]
    if trouble.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Failure.RATE_LIMITED if trouble.code is None else Failure.TOO_MANY_SENDS
    if trouble.status < HTTPStatus.BAD_REQUEST or trouble.code is None:
        return Failure.UNAVAILABLE
    return Failure.REFUSED_NUMBER


def failed_check(trouble: Trouble) -> CheckResult:
    """Say what a failed check means. Only a refusal with a code of Twilio's own is a verdict."""
    if trouble.code is None or _FAILURES.get(trouble.code) is Failure.RATE_LIMITED:
        return CheckResult.UNKNOWN
    if trouble.status == HTTPStatus.TOO_MANY_REQUESTS:
        return CheckResult.TOO_MANY_TRIES
    if trouble.status == HTTPStatus.NOT_FOUND or trouble.code == _INVALID_PARAMETER:
        return CheckResult.GONE
    return CheckResult.UNKNOWN
