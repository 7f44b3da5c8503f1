"""The result of sending a text message that is not a code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whether a text was taken for delivery, else Twilio's number for why not, if it gave one."""

    accepted: bool
    code: int | None = None
