"""Service Rate Limits: so many starts with one value of a key in a while. The caller brings the time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Bucket:
    """At most `limit` starts with one value within `interval`."""

    limit: int
    interval: timedelta


class Buckets:
    """The buckets by the name of their key. A key without a bucket limits nothing."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}
        self._starts: dict[tuple[str, str], list[datetime]] = {}

    def configure(self, buckets: Mapping[str, Bucket]) -> None:
        """Replace all buckets."""
        self._buckets = dict(buckets)

    def admit(self, values: Mapping[str, str], now: datetime) -> bool:
        """Count a start, and tell whether every bucket had room for it."""
        keys = [(name, value) for name, value in values.items() if name in self._buckets]
        full = [key for key in keys if self._count(key, now) >= self._buckets[key[0]].limit]
        if full:
            return False
        for key in keys:
            self._starts.setdefault(key, []).append(now)
        return True

    def _count(self, key: tuple[str, str], now: datetime) -> int:
        since = now - self._buckets[key[0]].interval
        return sum(1 for at in self._starts.get(key, []) if at > since)
