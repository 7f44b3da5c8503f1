"""The ways a code can travel to a phone. A new one is an entry here, once Twilio is set up for it."""

from enum import StrEnum


class Channel(StrEnum):
    """A way to send a code, spelt as Twilio Verify spells it."""

    SMS = "sms"
    CALL = "call"
    WHATSAPP = "whatsapp"
    """Needs a WhatsApp sender at Twilio, so it is offered only where an operator says that there is one."""
