"""Warnings before a certificate expires. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_PLAN = timedelta(days=60)
_BEGIN = timedelta(days=30)
_HURRY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Ending:
    """A sentence for operators; `loud` if there is no time left to plan."""

    sentence: str
    loud: bool


def of(name: str, ends_at: datetime, now: datetime) -> Ending | None:
    """Return the warning about a certificate, or None if it expires in more than 60 days. `name` says which it is."""
    left, day = ends_at - now, f"{ends_at:%d %B %Y}"
    if left > _PLAN:
        return None
    if left > _BEGIN:
        return Ending(f"{name} ends on {day}. Plan to replace the key.", loud=False)
    if left > _HURRY:
        return Ending(f"{name} ends in {left.days} days, on {day}. Start replacing the key now.", loud=False)
    if left > timedelta(0):
        return Ending(f"{name} ends on {day}, in a week or less. Finish replacing the key before that.", loud=True)
    return Ending(
        f"{name} ended on {day}. We still sign with it, but services may refuse every sign-in. Replace the key now.",
        loud=True,
    )
