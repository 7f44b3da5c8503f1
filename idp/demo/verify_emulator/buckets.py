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

    def admit(self, values: Mapping[str, str], now: datetime) -> float:
        """Count a start if every bucket has room for it, else return the seconds until they all have."""
        keys = [(name, value) for name, value in values.items() if name in self._buckets]
        if wait := max((self._until_room(key, now) for key in keys), default=0.0):
            return wait
        for key in keys:
            self._starts.setdefault(key, []).append(now)
        return 0.0

    def _until_room(self, key: tuple[str, str], now: datetime) -> float:
        bucket = self._buckets[key[0]]
        recent = [at for at in self._starts.get(key, []) if at > now - bucket.interval]
        if len(recent) < bucket.limit:
            return 0.0
        frees = recent[len(recent) - bucket.limit] if bucket.limit > 0 else now
        return (frees + bucket.interval - now).total_seconds()
