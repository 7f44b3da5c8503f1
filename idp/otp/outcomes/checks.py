"""The outcomes of asking Twilio Verify whether a code is right, in the order in which they are tried."""

from dataclasses import replace
from typing import Any

from idp.otp.gateway import CheckResult
from idp.otp.outcomes.outcome import (
    BROKEN,
    BUSY,
    EVER,
    KEYS,
    LET_IN,
    NO_CODE,
    OUTAGE,
    SUSPENDED,
    TOO_MANY,
    UNCHECKED,
    WRONG,
    Call,
    Outcome,
    Repeat,
)


def _check(means: str, made: CheckResult, operator: str, *codes: int, **more: Any) -> Outcome:
    page = {
        CheckResult.APPROVED: LET_IN,
        CheckResult.WRONG_CODE: WRONG,
        CheckResult.GONE: WRONG,
        CheckResult.TOO_MANY_TRIES: TOO_MANY,
        CheckResult.UNKNOWN: UNCHECKED,
        CheckResult.MISCONFIGURED: UNCHECKED,
    }
    return replace(Outcome(Call.CHECK, means, made, operator, codes=codes, page=page[made]), **more)


OTHER_WORD = _check(
    "An undocumented status.",
    CheckResult.UNKNOWN,
    "Twilio sent an unknown answer. Look for a new release of Latchkey.",
    word="any other",
    documented="2xx",
    alarm=True,
)
_NOT_OURS = replace(OTHER_WORD, means="An answer about another verification or number.", word="of another")
_OVER = "Used, expired, cancelled or deleted at Twilio. The next send starts a new verification."
_STRANGE_KEYS = _check("Credentials are wrong.", CheckResult.MISCONFIGURED, KEYS, 20003, documented="401", alarm=True)
CHECKS = (
    _check("The code is right.", CheckResult.APPROVED, "Nothing to do.", word="approved", documented="201 or 200"),
    _check("The code is wrong.", CheckResult.WRONG_CODE, "Nothing to do.", word="pending", documented="201 or 200"),
    _check(
        "Five checks are used up.",
        CheckResult.TOO_MANY_TRIES,
        "Nothing to do: the agent can request the next code after ten minutes.",
        word="max_attempts_reached",
        documented="2xx",
    ),
    *(
        _check("The verification is over.", CheckResult.GONE, _OVER, word=word, documented="2xx")
        for word in ("canceled", "deleted", "expired", "failed")
    ),
    OTHER_WORD,
    _NOT_OURS,
    _check(
        "No connection was made.",
        CheckResult.UNKNOWN,
        OUTAGE,
        documented="no connection",
        statuses=EVER,
        reached=False,
        repeat=Repeat.AT_ONCE,
    ),
    _check(
        "No answer in time, or one that cannot be read: the check may have been carried out.",
        CheckResult.UNKNOWN,
        "The answer to a check was lost, so Latchkey read the verification. Only approved counts.",
        documented="no answer or 2xx",
        statuses=range(300),
        repeat=Repeat.LOOK_UP,
    ),
    _check("A redirection.", CheckResult.UNKNOWN, OUTAGE, documented="3xx", statuses=range(300, 400)),
    _check("Twilio is out of order.", CheckResult.UNKNOWN, OUTAGE, documented="5xx", statuses=BROKEN),
    _STRANGE_KEYS,
    replace(_STRANGE_KEYS, codes=(), statuses=range(401, 402)),
    _check("The account is suspended.", CheckResult.MISCONFIGURED, SUSPENDED, 20005, alarm=True),
    _check("The verification is over.", CheckResult.GONE, _OVER, 20404, documented="404"),
    _check(
        "The code has the wrong length, or there is no such verification.",
        CheckResult.GONE,
        _OVER,
        60200,
        documented="400",
    ),
    _check(
        "Too many requests from the account.",
        CheckResult.UNKNOWN,
        BUSY,
        20429,
        documented="429",
        repeat=Repeat.AFTER_PAUSE,
        alarm=True,
    ),
    _check("Too many requests to Verify.", CheckResult.UNKNOWN, BUSY, 25109, documented="429", alarm=True),
    _check("Too many requests, without an error number.", CheckResult.UNKNOWN, BUSY, NO_CODE, statuses=range(429, 430)),
    _check(
        "Five checks are used up. Judged by the call, because Twilio's numbers for it are inconsistent.",
        CheckResult.TOO_MANY_TRIES,
        "Nothing to do: the agent can request the next code after ten minutes.",
        documented="429, 60202 and any other",
        statuses=range(429, 430),
    ),
    _check(
        "A refusal that no table lists.",
        CheckResult.UNKNOWN,
        "Twilio could not check a code, for an unknown reason. The log has its number and request.",
        documented="anything else",
        statuses=EVER,
        alarm=True,
    ),
)
