"""The ways a code can travel to a phone. A new one is an entry here, once Twilio is set up for it."""

from enum import StrEnum


class Channel(StrEnum):
    """A way to send a code, spelt as Twilio Verify spells it."""

    SMS = "sms"
    CALL = "call"
