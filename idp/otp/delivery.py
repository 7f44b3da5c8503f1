"""What comes of a text in our own words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whether a text was taken for delivery, else Twilio's number for why not, if it gave one."""

    accepted: bool
    code: int | None = None
