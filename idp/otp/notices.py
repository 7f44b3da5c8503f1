"""The interface for text messages to people that are not codes, and its implementation."""

from typing import Protocol

from django.conf import settings

from idp.otp.delivery import Delivery
from idp.otp.twilio import messages


class Notices(Protocol):
    """Sends texts in our own words. Verify cannot: it sends codes only."""

    def send(self, number: str, text: str) -> Delivery:
        """Send a text to a number in E.164. Never raises; waits for the answer, so never within a transaction."""
        ...


def are_on() -> bool:
    """Whether an operator has named a sender for texts."""
    return bool(settings.LATCHKEY.messaging_from)


def from_settings() -> Notices:
    """Return what the settings describe; only where `are_on`."""
    return messages.from_settings()
