"""The interface of a list of numbers that are never blocked as fraud. Pure.

Verify's safe list is a pilot of Twilio's: an account may not have it. It spares texts from Fraud Guard and Geo
Permissions, takes 30 requests a minute, and keeps a number until it is removed (Twilio Docs, *Safe List*).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

PER_MINUTE = 30


class Verdict(StrEnum):
    """The result of a request. A repeated request is done as well."""

    DONE = "done"
    REFUSED = "refused"
    """Twilio does not take this number."""
    CLOSED = "not open"
    """The account has no safe list."""
    MISCONFIGURED = "misconfigured"
    """Credentials or account are refused, for every number."""
    BUSY = "too many requests"
    LATER = "no usable answer"
    """Unknown whether it was done. Doing it again does no harm."""

    @property
    def sentence(self) -> str:
        """What an operator reads, and what to do."""
        return _SENTENCES[self]


STANDSTILLS = (Verdict.CLOSED, Verdict.MISCONFIGURED)
"""Verdicts about every number, which stay until somebody changes something at Twilio or in the settings."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A verdict, with Twilio's error code if there is one."""

    verdict: Verdict
    code: int | None = None


_SENTENCES = {
    Verdict.DONE: "Done.",
    Verdict.REFUSED: "Twilio does not take this number. Check it on the agent's page, then ask again.",
    Verdict.CLOSED: "Twilio has not opened its safe list for our account: it is a pilot, and comes with Fraud Guard. "
    "Switch Fraud Guard on for the Verify service, or ask Twilio for access.",
    Verdict.MISCONFIGURED: "Twilio refuses our credentials. Compare them with the Twilio Console.",
    Verdict.BUSY: "Twilio takes 30 requests a minute. It goes on by itself.",
    Verdict.LATER: "Twilio gave no usable answer. It is asked again by itself.",
}


class SafeList(Protocol):
    """The list. Neither method raises for anything the service or the network does."""

    def put_on(self, number: str) -> Reply:
        """Put a number in E.164 on the list."""

    def take_off(self, number: str) -> Reply:
        """Take a number off the list."""
