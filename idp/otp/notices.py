"""The interface for text messages to people that are not codes, and its implementation."""

from typing import Protocol

from django.conf import settings

from idp.otp.delivery import Delivery
from idp.otp.twilio import messages


class Notices(Protocol):
    """Sends texts in our own words. Verify cannot: it sends codes only."""

    def send(self, number: str, text: str) -> Delivery:
        """Send a text to a number in E.164. Never raises. It waits for the answer, so call it outside transactions."""
        ...


def are_on() -> bool:
    """Whether the settings name a sender for texts."""
    return bool(settings.LATCHKEY.messaging_from)


def from_settings() -> Notices:
    """Return the sender that the settings describe. Only if `are_on`."""
    return messages.from_settings()
