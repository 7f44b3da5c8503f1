"""Reads what was typed into fields that no form validates."""

from datetime import UTC, date, datetime, time

from django.http import QueryDict

FIRST_YEAR, LAST_YEAR = 1970, 9998
"""Years whose instants stay valid in another time zone, or a day later."""


def typed(fields: QueryDict, name: str) -> str:
    """Return the text trimmed, without NUL, which PostgreSQL can neither store nor compare."""
    return fields.get(name, "").replace("\0", "").strip()


def pairs(fields: QueryDict, *, without: str) -> list[tuple[str, str]]:
    """Return all names and values, to post them again; but not the CSRF token, nor the field that is left out."""
    left_out = {"csrfmiddlewaretoken", without}
    return [(name, value) for name, values in fields.lists() if name not in left_out for value in values]


def instant(typed_: str) -> datetime:
    """Return a day's first instant, or an instant, in UTC; it is UTC unless it names a time zone.

    Raises ValueError with a sentence.
    """
    try:
        read = datetime.combine(date.fromisoformat(typed_), time.min)
    except ValueError:
        try:
            read = datetime.fromisoformat(typed_)
        except ValueError:
            raise ValueError(f"“{typed_}” is not a day, such as 2026-11-28, or a time.") from None
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise ValueError(f"“{typed_}” is not in the calendar.")
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
