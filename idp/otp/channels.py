"""The channels by which a code can be sent to a phone. To add one, set it up at Twilio and add an entry here."""

from enum import StrEnum


class Channel(StrEnum):
    """A way to send a code, spelt as Twilio Verify spells it."""

    SMS = "sms"
    CALL = "call"
    WHATSAPP = "whatsapp"
    """Needs a WhatsApp sender at Twilio, so it is offered only if the setting names it."""


WORDS = {Channel.SMS: "text", Channel.CALL: "call", Channel.WHATSAPP: "WhatsApp message"}


def in_words(channel: str) -> str:
    """Return what people call a message by this channel. The name of a former channel is returned as it is."""
    return WORDS[Channel(channel)] if channel in set(Channel) else channel
