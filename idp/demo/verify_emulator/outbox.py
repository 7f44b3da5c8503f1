"""The sent messages, as the phones show them. The caller passes the time and handles locking."""

from dataclasses import dataclass
from datetime import datetime

from idp.demo.verify_emulator.state import Attempt, Verification


@dataclass(frozen=True, slots=True)
class Message:
    """A text, or the words of a voice call. `sent_at` is when it reaches the phone."""

    to: str
    channel: str
    code: str
    sent_at: datetime
    text: str


class Outbox:
    """All messages, oldest first. Some may not have arrived yet."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    def add(self, message: Message) -> None:
        """Send a message."""
        self._messages.append(message)

    def arrived(self, to: str | None, now: datetime) -> list[Message]:
        """Return what has arrived at one number or at all, newest first."""
        wanted = [m for m in reversed(self._messages) if (to is None or m.to == to) and m.sent_at <= now]
        return sorted(wanted, key=lambda message: message.sent_at, reverse=True)


def message_for(verification: Verification, attempt: Attempt, arrives_at: datetime) -> Message:
    """Return the message with a code, in the words of its channel."""
    code = verification.code
    if attempt.channel == "call":
        spoken = " ".join(code)
        text = f"Press any key to hear your code. Your Latchkey verification code is: {spoken}."
    else:
        text = f"Your Latchkey verification code is: {code}"
    return Message(verification.to, attempt.channel, code, arrives_at, text)
