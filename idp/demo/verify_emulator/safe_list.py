"""The account's safe list: numbers that are never blocked. The caller passes the time and handles locking."""

from datetime import datetime, timedelta

from idp.demo.verify_emulator.refusals import (
    ALREADY_LISTED,
    COUNTRY_OFF,
    FRAUD_GUARD,
    NOT_FOUND,
    SIGN_UP_FRAUD,
    TOO_MANY_REQUESTS,
    Refusal,
)
from idp.demo.verify_emulator.state import new_sid

PER_MINUTE = 30
MINUTE = timedelta(minutes=1)
SPARED = frozenset({FRAUD_GUARD, SIGN_UP_FRAUD, COUNTRY_OFF})
"""The refusals from which a number on the list is exempt."""


class SafeList:
    """The numbers by the SID under which they are listed, and the instants of requests."""

    def __init__(self) -> None:
        self._sids: dict[str, str] = {}
        self._requests: list[datetime] = []

    def spares(self, number: str, refusal: Refusal | None) -> bool:
        """Whether a number is exempt from a refusal because it is on the list."""
        return number in self._sids and refusal in SPARED

    def admit(self, now: datetime) -> Refusal | None:
        """Count a request. Returns a refusal if the minute's limit is reached."""
        self._requests = [at for at in self._requests if at > now - MINUTE]
        if len(self._requests) >= PER_MINUTE:
            return TOO_MANY_REQUESTS
        self._requests.append(now)
        return None

    def add(self, number: str) -> str | Refusal:
        """Add a number. Returns its SID."""
        if number in self._sids:
            return ALREADY_LISTED
        self._sids[number] = new_sid("GN")
        return self._sids[number]

    def find(self, number: str) -> str | Refusal:
        """Return the SID of a listed number."""
        return self._sids.get(number, NOT_FOUND)

    def remove(self, number: str) -> str | Refusal:
        """Remove a number. Returns the SID it had."""
        return self._sids.pop(number, NOT_FOUND)
