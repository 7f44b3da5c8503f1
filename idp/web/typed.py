"""What somebody typed into a field that no form checks."""

from datetime import UTC, date, datetime, time

from django.http import QueryDict

FIRST_YEAR, LAST_YEAR = 1970, 9998
"""Years whose instants are still instants in another time zone, or a day later."""


def typed(fields: QueryDict, name: str) -> str:
    """Return it trimmed and without NUL, which PostgreSQL cannot keep nor compare."""
    return fields.get(name, "").replace("\0", "").strip()


def instant(typed_: str) -> datetime:
    """Read a day (its first instant) or an instant, UTC unless it names a zone, and return it in UTC.

    Raises ValueError with a sentence.
    """
    try:
        read = datetime.combine(date.fromisoformat(typed_), time.min)
    except ValueError:
        try:
            read = datetime.fromisoformat(typed_)
        except ValueError:
            raise ValueError(f"“{typed_}” is neither a day, such as 2026-11-28, nor an instant.") from None
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise ValueError(f"“{typed_}” is no instant of our calendar.")
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
