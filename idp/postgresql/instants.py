"""Reads instants from PostgreSQL. Each row of a sign-in has several."""

from datetime import UTC, datetime

from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg.abc import Buffer


class Instant(BaseTzLoader):  # type: ignore[misc] # of which nothing is known
    """Uses `datetime` itself if it can read the text, in a tenth of the time; otherwise reads as Django does."""

    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        """Return an instant in UTC. Raises psycopg.DataError for one outside Python's range, such as infinity."""
        try:
            found = datetime.fromisoformat(bytes(data).decode())
        except ValueError:
            found = super().load(data)
        return found.astimezone(UTC)
