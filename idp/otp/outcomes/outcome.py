"""One outcome of a call to Twilio Verify: what it means, what Latchkey does, and who reads what."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from idp.otp.gateway import CheckResult, Failure


class Call(StrEnum):
    """The calls that have outcomes."""

    START = "start"
    CHECK = "check"


class Repeat(StrEnum):
    """Whether Latchkey repeats a call by itself. A second text for one tap is worse than a missing one."""

    NEVER = "never"
    AT_ONCE = "once, immediately: nothing reached Twilio"
    AFTER_PAUSE = "once, after Retry-After (at most a second): Twilio did nothing"
    WITHOUT_TEMPLATE = "once, without the template"
    LOOK_UP = "never; Latchkey reads the verification once"


@dataclass(frozen=True, slots=True)
class Page:
    """What the agent reads next, as `templates/` and the views word it, and our HTTP status with it."""

    sentence: str
    status: int


AS_ALWAYS = Page("we have texted it a 6-digit code.", HTTPStatus.OK)
"""The sentence after each start, so that no page reveals anything about a number."""
TEXTS_DOWN = Page("We can't send codes right now.", HTTPStatus.SERVICE_UNAVAILABLE)
"""What everybody reads, before and after a request, while the breaker is open."""
LET_IN = Page("", HTTPStatus.SEE_OTHER)
WRONG = Page("That code isn't right.", HTTPStatus.FORBIDDEN)
RAN_OUT = Page("That code has expired.", HTTPStatus.GONE)
"""What agents read instead of WRONG once the ten minutes by Latchkey's clock are over."""
TOO_MANY = Page("Too many tries", HTTPStatus.TOO_MANY_REQUESTS)
UNCHECKED = Page("We could not check that code.", HTTPStatus.SERVICE_UNAVAILABLE)

NO_CODE = 0
"""A body without an error code of Twilio's."""
UNREADABLE = range(400)
REFUSED = range(400, 500)
BROKEN = range(500, 600)
EVER = range(1000)


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
    statuses: range = REFUSED
    reached: bool = True
    page: Page = AS_ALWAYS
    repeat: Repeat = Repeat.NEVER
    alarm: bool = False

    def fits(self, status: int, code: int | None, *, connected: bool) -> bool:
        """Tell whether a trouble is of this kind."""
        numbered = not self.codes or (code or NO_CODE) in self.codes
        return not self.word and status in self.statuses and numbered and connected is self.reached


KEYS = (
    "Twilio rejects the credentials. Compare TWILIO_ACCOUNT_SID, TWILIO_API_KEY and TWILIO_API_SECRET with the "
    "Twilio Console."
)
SUSPENDED = "Twilio has suspended the account. Ask Twilio why; usually a payment is missing."
OUTAGE = "Twilio gave no usable answer. Look at status.twilio.com, and whether this server reaches verify.twilio.com."
BUSY = "The account has reached a limit at Twilio. Wait. If it happens again, ask Twilio for a higher limit."
