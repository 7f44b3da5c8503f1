"""Reads the fields of requests that no Django form validates."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from django.http import QueryDict

FIRST_YEAR, LAST_YEAR = 1970, 9998
"""Years whose instants stay valid in another time zone, or a day later."""
MOST_DIGITS = 18
"""Digits of a number that surely fits the databases' largest integer. Python refuses to read thousands."""
NIL = UUID(int=0)
"""RFC 9562 section 5.9."""


def text_field(fields: QueryDict, name: str) -> str:
    """Return a field's text trimmed, and without NUL, which PostgreSQL can neither store nor compare."""
    return fields.get(name, "").replace("\0", "").strip()


def row_number(text: str) -> int:
    """Return the number of a row that a text names; 0, which no row has, if it names none."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else 0


def row_uuid(text: str) -> UUID:
    """Return the UUID of a row that a text names; `NIL`, which no row has, if it names none."""
    try:
        return UUID(text)
    except ValueError:
        return NIL


def hidden_fields(fields: QueryDict, *, without: str) -> list[tuple[str, str]]:
    """Return all names and values, for a form that posts them again, except the CSRF token and the field `without`."""
    left_out = {"csrfmiddlewaretoken", without}
    return [(name, value) for name, values in fields.lists() if name not in left_out for value in values]


def parse_instant(text: str) -> datetime:
    """Return a day's first instant, or an instant, in UTC. Without a time zone, the text is in UTC.

    Raises ValueError with a sentence for the operator.
    """
    try:
        parsed = datetime.combine(date.fromisoformat(text), time.min)
    except ValueError:
        try:
            parsed = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"“{text}” is not a day, such as 2026-11-28, or a time.") from None
    if not FIRST_YEAR <= parsed.year <= LAST_YEAR:
        raise ValueError(f"“{text}” is not in a year from {FIRST_YEAR} to {LAST_YEAR}.")
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
