"""What Twilio Verify's answers and errors mean to us, by the table of outcomes. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from idp.otp import outcomes
from idp.otp.gateway import CheckResult, Failure
from idp.otp.outcomes import Call, Outcome, Repeat

LONGEST_PAUSE = 1.0
"""The longest pause before the one repetition, in seconds, even if Twilio asks for more."""
_VERIFICATION_SID = re.compile(r"VE[0-9a-fA-F]{32}")
_REPEATED = frozenset({Repeat.AT_ONCE, Repeat.AFTER_PAUSE})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a successful answer says: which verification it is about, and its status."""

    sid: str
    to: str
    status: str

    @property
    def is_named(self) -> bool:
        """Whether it has the SID of a verification."""
        return _VERIFICATION_SID.fullmatch(self.sid) is not None

    def verdict(self, *, sid: str, to: str, tests: Collection[str] = ()) -> CheckResult:
        """Judge a check. Another verification, or an unknown status, is UNKNOWN; that of a test is GONE.

        Without `sid`, any verification of the number is the one that was asked about.
        """
        if self.to != to or not (self.sid == sid if sid else self.is_named):
            return CheckResult.UNKNOWN
        return CheckResult.GONE if self.sid in tests else result_of(outcomes.of_check(self.status))


@dataclass(frozen=True, slots=True)
class Service:
    """The Verify service as Twilio describes it. `friendly_name` is in each text."""

    sid: str
    friendly_name: str
    code_length: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a call brought no usable answer.

    `status` is HTTP's, 0 if no answer began; `code` is Twilio's number, None if none came; `retry_after` is
    in seconds; `connected` is False only when certainly nothing reached Twilio; `trusted` is False if what answered in
    Twilio's name had a certificate of an unknown authority.
    """

    status: int
    code: int | None
    request_id: str
    retry_after: float
    connected: bool
    trusted: bool = True

    def outcome(self, call: Call) -> Outcome:
        """Return the outcome that this is for a call."""
        return outcomes.of_trouble(call, self.status, self.code, connected=self.connected)

    def may_be_repeated(self, call: Call) -> bool:
        """Tell whether Twilio certainly did nothing, so that a repetition cannot send a second text."""
        return self.outcome(call).repeat in _REPEATED

    @property
    def pause(self) -> float:
        """Seconds to wait before a repetition."""
        return min(self.retry_after, LONGEST_PAUSE) if self.connected else 0.0

    @property
    def answer_lost(self) -> bool:
        """Tell whether Twilio may have carried out a check although its answer did not arrive."""
        return self.outcome(Call.CHECK).repeat is Repeat.LOOK_UP


def failed_start(trouble: Trouble) -> Failure:
    """Return why nothing was sent. A 429 is judged by the call, because Twilio's codes for it contradict."""
    made = trouble.outcome(Call.START).made
    return made if isinstance(made, Failure) else Failure.UNAVAILABLE


def failed_check(trouble: Trouble) -> CheckResult:
    """Return what a failed check means. Only a refusal with one of Twilio's error codes is a verdict."""
    return result_of(trouble.outcome(Call.CHECK))


def result_of(outcome: Outcome) -> CheckResult:
    """Return the result of a check; anything else is UNKNOWN."""
    return outcome.made if isinstance(outcome.made, CheckResult) else CheckResult.UNKNOWN
