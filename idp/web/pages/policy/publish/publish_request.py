"""What the operator asks to publish, as the page's form or a link to it says."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.http import HttpRequest

from idp.web.request_fields import text_field

LONGEST_PREVIEW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """The revision, the reason, the version seen, the last sign-in judged, and the confirmation.

    `number` is empty for the draft, and `confirmation` is None before the page asks for one.
    """

    number: str
    reason: str
    seen: str
    until: datetime
    confirmation: str | None

    @classmethod
    def of(cls, request: HttpRequest, now: datetime) -> Self:
        """Read a request. A preview that is over an hour old is made again."""
        fields = request.POST if request.method == "POST" else request.GET
        until = _instant(fields.get("until", ""))
        if until is None or not now - LONGEST_PREVIEW <= until <= now:
            until = now
        return cls(
            fields.get("to", ""), text_field(fields, "reason"), fields.get("seen", ""), until, fields.get("typed")
        )


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None
