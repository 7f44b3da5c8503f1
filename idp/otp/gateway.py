"""The interface that Latchkey needs of a service that proves phone numbers."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from idp.otp.channels import Channel

IP_KEY, AGENT_KEY, COUNTRY_KEY = "latchkey_ip", "latchkey_agent", "latchkey_country"
"""The unique names of our Service Rate Limits at Twilio."""


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What Verify's Service Rate Limits may count a start by, in addition to its number. Nothing here names a person.

    `ip` is a network, not an address; `agent` a keyed hash; `country` a region such as ES. Empty ones are not sent.
    """

    ip: str = ""
    agent: str = ""
    country: str = ""

    @property
    def by_key(self) -> dict[str, str]:
        """The values by the unique names of the rate limits at Twilio."""
        named = {IP_KEY: self.ip, AGENT_KEY: self.agent, COUNTRY_KEY: self.country}
        return {key: value for key, value in named.items() if value}


UNCOUNTED = RateLimits()


@dataclass(frozen=True, slots=True)
class Sent:
    """A code was sent; `sid` identifies its verification.

    `code` is Twilio's error number for what had to be left out to send it, or None.
    """

    sid: str
    code: int | None = None


class Failure(StrEnum):
    """Why no code was sent."""

    REFUSED_NUMBER = "refused number"
    """This number cannot get it by this channel."""

    LANDLINE = "landline"
    """A text cannot reach it; a call can."""

    FRAUD_GUARD = "blocked by Fraud Guard"
    """Texts to this prefix are held back for minutes or hours; calls are not."""

    BLOCKED = "blocked by Twilio"
    """Twilio suspects this number of fraud."""

    COUNTRY_OFF = "country not allowed"
    """Our account may not send to this number's country."""

    REGISTRATION_NEEDED = "registration needed"
    """The number's country wants senders to be registered first."""

    TEMPLATE_REFUSED = "template refused"
    """The template of our texts cannot be used. A text without it can be sent."""

    UNEXPLAINED = "unexplained refusal"
    """Twilio refused with an error code that Latchkey does not know."""

    TOO_MANY_SENDS = "too many sends"
    """This number has used up its sends, within ten minutes or in total."""

    RATE_LIMITED = "rate limited"
    """Our account sends too much at present, for any number."""

    CHANNEL_OFF = "channel off"
    """This channel is not switched on at Twilio; other channels may well work."""

    MISCONFIGURED = "misconfigured"
    """Credentials, account or service are wrong. Nobody gets a code until an operator corrects them."""

    UNAVAILABLE = "unavailable"
    """No usable answer: 5xx, time-out, no connection, cut short, or no JSON."""


SHARED_BY_ALL = frozenset({Failure.RATE_LIMITED, Failure.MISCONFIGURED, Failure.UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class NotSent:
    """No code was sent, as far as is known.

    `code` is Twilio's error number, or None. `request_id` is Twilio's, empty if there was no answer.
    """

    failure: Failure
    code: int | None
    request_id: str

    @property
    def opens_breaker(self) -> bool:
        """Tell whether the breaker counts this failure, because it says nothing about the number.

        MISCONFIGURED opens the breaker at once, the others after several within its window.
        """
        return self.failure in SHARED_BY_ALL


class CheckResult(StrEnum):
    """The result of checking a typed code. Only APPROVED lets anyone in."""

    APPROVED = "approved"
    WRONG_CODE = "wrong code"
    GONE = "gone"
    """The verification is over: approved before, expired, canceled or unknown."""
    TOO_MANY_TRIES = "too many tries"
    UNKNOWN = "unknown"
    """There was no verdict. The try counts as used."""
    MISCONFIGURED = "misconfigured"
    """No verdict for anybody until an operator corrects the settings, as with `Failure.MISCONFIGURED`."""


class CodeChecker(Protocol):
    """Judges codes. No method raises for anything the service or the network does."""

    def check(self, *, sid: str, to: str, code: str, tests: Collection[str] = ()) -> CheckResult:
        """Judge a code against the verification `sid`, which must be about the number `to`.

        Without `sid`, as long as Twilio has not told it, against the one that the number has, unless it is of `tests`.
        """

    def probe(self) -> Failure | None:
        """Ask the service about itself, not about a number. Returns None if it answers, or why it does not.

        It replaces the check of a code that was sent to nobody, so it makes as many calls as a check would.
        """


class VerifyGateway(CodeChecker, Protocol):
    """Sends codes, too."""

    def start(self, to: str, channel: Channel, reference: str, limits: RateLimits = UNCOUNTED) -> Sent | NotSent:
        """Send a code to a number in E.164, or the same code again while one is pending.

        `reference` is stored by the service with the verification and must hold no personal data.
        `limits` is what the service's own limits may count the start by.
        """

    def cancel(self, sid: str) -> bool:
        """End the verification `sid`, so that its code no longer counts. Returns whether the service confirms it."""
