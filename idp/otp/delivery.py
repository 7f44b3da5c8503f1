"""The result of sending a text message that is not a code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whether Twilio accepted a text for delivery; if not, its error code, if it gave one."""

    accepted: bool
    code: int | None = None
