"""Every outcome of a call of Twilio Verify in one table: what it means, what we make of it, who reads what. Pure.

The rows of each call stand in the order in which they are tried, the first that fits counts, and the last fits
everything, so that nothing is without an outcome. Only the two rows marked as success are success.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from idp.otp.gateway import CheckResult, Failure


class Call(StrEnum):
    """The calls that have outcomes."""

    START = "start"
    CHECK = "check"


class Repeat(StrEnum):
    """Whether we make a call again by ourselves. A second text for one tap is worse than a missing one."""

    NEVER = "never"
    AT_ONCE = "once, at once: nothing reached Twilio"
    AFTER_PAUSE = "once, after Retry-After, a second at most: Twilio did nothing"
    WITHOUT_TEMPLATE = "once, without the template"
    LOOK_UP = "never; the verification is read once"


@dataclass(frozen=True, slots=True)
class Page:
    """What the agent reads next, as `templates/` and the views word it, and our HTTP status with it."""

    sentence: str
    status: int


AS_ALWAYS = Page("we have texted it a 6-digit code.", HTTPStatus.OK)
"""What is read after each start, so that no page tells anything about a number."""
TEXTS_DOWN = Page("We can't send codes right now.", HTTPStatus.SERVICE_UNAVAILABLE)
"""What everybody reads, before and after asking, while the breaker is open."""
LET_IN = Page("", HTTPStatus.SEE_OTHER)
WRONG = Page("That code isn't right.", HTTPStatus.FORBIDDEN)
RAN_OUT = Page("That code has expired.", HTTPStatus.GONE)
"""What is read instead of WRONG once our own ten minutes are over."""
TOO_MANY = Page("Too many tries", HTTPStatus.TOO_MANY_REQUESTS)
UNCHECKED = Page("We could not check that code just now.", HTTPStatus.SERVICE_UNAVAILABLE)

NO_CODE = 0
"""Stands for a body without a number of Twilio's."""
_UNREADABLE = range(400)
_REFUSED = range(400, 500)
_BROKEN = range(500, 600)
_EVER = range(1000)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row. `word` is the status of a verification that an answer names; the others are refusals.

    A row fits if the HTTP status is among `statuses`, and Twilio's number among `codes` if there are any.
    `documented` is the HTTP status that goes with the numbers. `made` is what we make of it, None for a code
    that is on its way. `operator` says with the fix what an operator reads; an `alarm` is shown on their home.
    """

    call: Call
    means: str
    made: Failure | CheckResult | None
    operator: str
    word: str = ""
    codes: tuple[int, ...] = ()
    documented: str = ""
    statuses: range = _REFUSED
    reached: bool = True
    page: Page = AS_ALWAYS
    repeat: Repeat = Repeat.NEVER
    alarm: bool = False

    def fits(self, status: int, code: int | None, *, connected: bool) -> bool:
        """Tell whether a trouble is of this kind."""
        numbered = not self.codes or (code or NO_CODE) in self.codes
        return not self.word and status in self.statuses and numbered and connected is self.reached


def _start(means: str, made: Failure | None, operator: str, *codes: int, **more: Any) -> Outcome:
    return replace(Outcome(Call.START, means, made, operator, codes=codes), **more)


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


_KEYS = (
    "Twilio refuses our credentials. Compare TWILIO_ACCOUNT_SID, TWILIO_API_KEY and TWILIO_API_SECRET with the "
    "Twilio Console."
)
_SUSPENDED = "Twilio has suspended our account. Ask Twilio why; most often a payment is missing."
_OUTAGE = "Twilio gave no usable answer. Look at status.twilio.com, and whether this server reaches verify.twilio.com."
_SPENT = "This number has had its five sends. Wait ten minutes; ask whether another application uses the same service."
_BUSY = "Twilio takes no more from our account just now. Wait; if it comes back, ask Twilio for a higher limit."
_CREDENTIALS = _start("Credentials are wrong.", Failure.MISCONFIGURED, _KEYS, 20003, documented="401", alarm=True)
_STARTS = (
    _start("The code is on its way.", None, "Nothing to do.", word="pending", documented="201"),
    _start(
        "No connection was made.",
        Failure.UNAVAILABLE,
        _OUTAGE,
        documented="no connection",
        statuses=_EVER,
        reached=False,
        repeat=Repeat.AT_ONCE,
    ),
    _start(
        "No answer in time, or one that was cut off, is no JSON or is about something else.",
        Failure.UNAVAILABLE,
        _OUTAGE,
        documented="no answer, 2xx or 3xx",
        statuses=_UNREADABLE,
    ),
    _start("Twilio is out of order.", Failure.UNAVAILABLE, _OUTAGE, documented="5xx", statuses=_BROKEN),
    _CREDENTIALS,
    replace(_CREDENTIALS, codes=(), statuses=range(401, 402)),
    _start(
        "The account is suspended.",
        Failure.MISCONFIGURED,
        _SUSPENDED,
        20005,
        alarm=True,
    ),
    _start(
        "There is no such service.",
        Failure.MISCONFIGURED,
        "Twilio does not know the Verify service. Copy its SID to TWILIO_VERIFY_SERVICE_SID; mind the account.",
        20404,
        documented="404",
        alarm=True,
    ),
    _start(
        "Number or channel are not accepted, or the channel is not for this account.",
        Failure.REFUSED_NUMBER,
        "Twilio refuses this number for this channel. Check the number on the agent's page, or have them called.",
        60200,
        documented="400",
    ),
    _start(
        "A landline.",
        Failure.LANDLINE,
        "This is a landline, which gets no texts. Enter a mobile number, or let the agent choose to be called.",
        60205,
        documented="403",
    ),
    _start(
        "Fraud Guard holds back texts to this prefix, for minutes or hours.",
        Failure.FRAUD_GUARD,
        "Fraud Guard blocks texts to numbers like this. Put agents' numbers on Twilio's safe list, under Agents; "
        "calls work meanwhile.",
        60410,
        documented="403",
        alarm=True,
    ),
    _start(
        "Blocked by Twilio's prevention of sign-up fraud.",
        Failure.BLOCKED,
        "Twilio takes this number for a fraudulent one. Put it on Twilio's safe list, under Agents.",
        60238,
        60412,
    ),
    _start(
        "Geo Permissions forbid this country.",
        Failure.COUNTRY_OFF,
        "Our account may not send to this number's country. Allow it under Verify > Geo Permissions in the "
        "Twilio Console.",
        60605,
        documented="403",
        alarm=True,
    ),
    _start(
        "A feature, an integration or the channel is switched off.",
        Failure.CHANNEL_OFF,
        "This channel is off at Twilio. Switch it on for the service in the Twilio Console, or take it out of "
        "LATCHKEY_CHANNELS.",
        60204,
        60217,
        60223,
        alarm=True,
    ),
    _start(
        "China or Australia want the sender, or its name, to be registered.",
        Failure.REGISTRATION_NEEDED,
        "This number's country wants senders to be registered. Register the service with Twilio Support.",
        60220,
        60226,
        60250,
        alarm=True,
    ),
    _start(
        "The template cannot be used.",
        Failure.TEMPLATE_REFUSED,
        "Twilio refuses the template, so the text went without it. Correct LATCHKEY_VERIFY_TEMPLATE or leave it empty.",
        60201,
        60224,
        60228,
        60229,
        repeat=Repeat.WITHOUT_TEMPLATE,
        alarm=True,
    ),
    _start(
        "Number, permission or recipient are refused below Verify.",
        Failure.REFUSED_NUMBER,
        "This number cannot be reached from our account. Check it on the agent's page, and the country's "
        "permissions in the Twilio Console.",
        21211,
        21215,
        21216,
        21408,
        21610,
        21612,
        21614,
        60436,
        68004,
    ),
    _start(
        "Too much at once from our account, or one of our Service Rate Limits is reached.",
        Failure.RATE_LIMITED,
        "Twilio takes no more from our account, or a rate limit of the service is reached. Wait; look at the "
        "service's Rate Limits in the Twilio Console.",
        20429,
        documented="429",
        repeat=Repeat.AFTER_PAUSE,
        alarm=True,
    ),
    _start("Too many requests to Verify.", Failure.RATE_LIMITED, _BUSY, 25109, documented="429", alarm=True),
    _start(
        "Several starts for one number at once.",
        Failure.TOO_MANY_SENDS,
        "Several codes were asked for this number at once. Ask again; does another application use the same service?",
        60212,
        documented="429",
        repeat=Repeat.AFTER_PAUSE,
    ),
    _start("Five sends are used.", Failure.TOO_MANY_SENDS, _SPENT, 60203, 60202, documented="429"),
    _start("Too many, and no number says of what.", Failure.RATE_LIMITED, _BUSY, NO_CODE, statuses=range(429, 430)),
    _start("Too many, by a number unknown here.", Failure.TOO_MANY_SENDS, _SPENT, statuses=range(429, 430)),
    _start("A refusal without a number of Twilio's, as a proxy gives.", Failure.UNAVAILABLE, _OUTAGE, NO_CODE),
    _start(
        "A refusal that is in no table.",
        Failure.UNEXPLAINED,
        "Twilio refused with an error number that we do not know. Look it up under twilio.com/docs/api/errors.",
        documented="anything else",
        statuses=_EVER,
        alarm=True,
    ),
)
_OTHER_WORD = _check(
    "A status that nobody has documented.",
    CheckResult.UNKNOWN,
    "Twilio answered in a way we do not know. Look for a new release of Latchkey.",
    word="any other",
    documented="2xx",
    alarm=True,
)
_NOT_OURS = replace(_OTHER_WORD, means="An answer about another verification or number.", word="of another")
_OVER = "Used, expired, canceled or deleted at Twilio. The next send starts anew."
_STRANGE_KEYS = _check("Credentials are wrong.", CheckResult.MISCONFIGURED, _KEYS, 20003, documented="401", alarm=True)
_CHECKS = (
    _check("The code is right.", CheckResult.APPROVED, "Nothing to do.", word="approved", documented="201 or 200"),
    _check("The code is wrong.", CheckResult.WRONG_CODE, "Nothing to do.", word="pending", documented="201 or 200"),
    _check(
        "Five checks are used.",
        CheckResult.TOO_MANY_TRIES,
        "Nothing to do: the next code can be asked for after ten minutes.",
        word="max_attempts_reached",
        documented="2xx",
    ),
    *(
        _check("The verification is over.", CheckResult.GONE, _OVER, word=word, documented="2xx")
        for word in ("canceled", "deleted", "expired", "failed")
    ),
    _OTHER_WORD,
    _NOT_OURS,
    _check(
        "No connection was made.",
        CheckResult.UNKNOWN,
        _OUTAGE,
        documented="no connection",
        statuses=_EVER,
        reached=False,
        repeat=Repeat.AT_ONCE,
    ),
    _check(
        "No answer in time, or one that cannot be read: the check may have been carried out.",
        CheckResult.UNKNOWN,
        "The answer to a check got lost, so the verification was read: approved counts, nothing else does.",
        documented="no answer or 2xx",
        statuses=range(300),
        repeat=Repeat.LOOK_UP,
    ),
    _check("A redirection.", CheckResult.UNKNOWN, _OUTAGE, documented="3xx", statuses=range(300, 400)),
    _check("Twilio is out of order.", CheckResult.UNKNOWN, _OUTAGE, documented="5xx", statuses=_BROKEN),
    _STRANGE_KEYS,
    replace(_STRANGE_KEYS, codes=(), statuses=range(401, 402)),
    _check("The account is suspended.", CheckResult.MISCONFIGURED, _SUSPENDED, 20005, alarm=True),
    _check("The verification is over.", CheckResult.GONE, _OVER, 20404, documented="404"),
    _check("No code by its length, or no such verification.", CheckResult.GONE, _OVER, 60200, documented="400"),
    _check(
        "Too much at once from our account.",
        CheckResult.UNKNOWN,
        _BUSY,
        20429,
        documented="429",
        repeat=Repeat.AFTER_PAUSE,
        alarm=True,
    ),
    _check("Too many requests to Verify.", CheckResult.UNKNOWN, _BUSY, 25109, documented="429", alarm=True),
    _check("Too many, and no number says of what.", CheckResult.UNKNOWN, _BUSY, NO_CODE, statuses=range(429, 430)),
    _check(
        "Five checks are used; judged by the call, as Twilio's numbers for it contradict.",
        CheckResult.TOO_MANY_TRIES,
        "Nothing to do: the next code can be asked for after ten minutes.",
        documented="429, 60202 and any other",
        statuses=range(429, 430),
    ),
    _check(
        "A refusal that is in no table.",
        CheckResult.UNKNOWN,
        "Twilio could not check a code, and we do not know why. The log has its number and request.",
        documented="anything else",
        statuses=_EVER,
        alarm=True,
    ),
)
TABLE = (*_STARTS, *_CHECKS)


def of_trouble(call: Call, status: int, code: int | None, *, connected: bool = True) -> Outcome:
    """Return the outcome of a call without a usable answer. `status` is HTTP's, 0 if none came."""
    return next(row for row in TABLE if row.call is call and row.fits(status, code, connected=connected))


def of_check(word: str) -> Outcome:
    """Return the outcome of a check that was answered, by the status of the verification."""
    return next((row for row in _CHECKS if row.word and row.word == word), _OTHER_WORD)


def of_send(answer: str, code: int | None) -> Outcome | None:
    """Return the outcome behind what the records keep of a send; None where it went, or was for nobody."""
    if code is not None:
        return next((row for row in _STARTS if code in row.codes), None) or _by_failure(answer)
    return _by_failure(answer)


def of_detail(detail: str) -> Outcome | None:
    """Return the outcome behind a line of the trail such as `sms: landline (60205)`."""
    number = re.search(r"\((\d+)\)$", detail)
    return of_send(detail.partition(": ")[2], int(number[1]) if number else None)


def _by_failure(answer: str) -> Outcome | None:
    kept = answer.partition(" (")[0]
    rows = [row for row in _STARTS if row.made is not None and row.made.value == kept]
    return next((row for row in rows if not row.codes or NO_CODE in row.codes), rows[0] if rows else None)
