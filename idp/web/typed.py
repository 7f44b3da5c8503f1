"""What somebody typed into a field that no form checks."""

from datetime import UTC, date, datetime, time

from django.http import QueryDict


def typed(fields: QueryDict, name: str) -> str:
    """Return it trimmed and without NUL, which PostgreSQL cannot keep nor compare."""
    return fields.get(name, "").replace("\0", "").strip()


def instant(typed_: str) -> datetime:
    """Read a day (its first instant) or an instant, UTC unless it names a zone. Raises ValueError with a sentence."""
    try:
        read = datetime.combine(date.fromisoformat(typed_), time.min)
    except ValueError:
        try:
            read = datetime.fromisoformat(typed_)
        except ValueError:
            raise ValueError(f"“{typed_}” is neither a day, such as 2026-11-28, nor an instant.") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
