"""Service Rate Limits: how many starts with one value of a key are allowed per interval. The caller passes the time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from idp.demo.verify_emulator.state import new_sid


@dataclass(frozen=True, slots=True)
class Bucket:
    """At most `limit` starts with one value per `interval`."""

    limit: int
    interval: timedelta
    sid: str = ""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A key by which starts are counted. Without buckets it limits nothing."""

    sid: str
    name: str
    description: str
    made_at: datetime
    buckets: tuple[Bucket, ...] = ()


class Buckets:
    """The rate limits, by the name of their key. Unknown keys limit nothing."""

    def __init__(self) -> None:
        self._keys: dict[str, RateLimit] = {}
        self._starts: dict[tuple[str, str], list[datetime]] = {}

    @property
    def keys(self) -> list[RateLimit]:
        """Return all rate limits, oldest first."""
        return list(self._keys.values())

    def configure(self, buckets: Mapping[str, Bucket], now: datetime) -> None:
        """Replace all rate limits with ones that have one bucket each."""
        self._keys = {}
        for name, bucket in buckets.items():
            if made := self.make_key(name, "", now):
                self.make_bucket(made.sid, bucket)

    def make_key(self, name: str, description: str, now: datetime) -> RateLimit | None:
        """Add a rate limit without buckets. Returns None if the name is taken."""
        if name in self._keys:
            return None
        self._keys[name] = RateLimit(new_sid("RK"), name, description, now)
        return self._keys[name]

    def find(self, sid: str) -> RateLimit | None:
        """Return the rate limit with this SID, or None."""
        return next((it for it in self._keys.values() if it.sid == sid), None)

    def make_bucket(self, key_sid: str, bucket: Bucket) -> Bucket | None:
        """Add a bucket to a rate limit. Returns None if there is no such rate limit."""
        key = self.find(key_sid)
        if key is None:
            return None
        made = replace(bucket, sid=new_sid("BL"))
        self._keys[key.name] = replace(key, buckets=(*key.buckets, made))
        return made

    def admit(self, values: Mapping[str, str], now: datetime) -> float:
        """Count a start if every bucket has room, and return 0. Otherwise return the seconds until they all have."""
        keys = [(name, value) for name, value in values.items() if name in self._keys]
        waits = [self._until_room(key, bucket, now) for key in keys for bucket in self._keys[key[0]].buckets]
        if wait := max(waits, default=0.0):
            return wait
        for key in keys:
            self._starts.setdefault(key, []).append(now)
        return 0.0

    def _until_room(self, key: tuple[str, str], bucket: Bucket, now: datetime) -> float:
        recent = [at for at in self._starts.get(key, []) if at > now - bucket.interval]
        if len(recent) < bucket.limit:
            return 0.0
        frees = recent[len(recent) - bucket.limit] if bucket.limit > 0 else now
        return (frees + bucket.interval - now).total_seconds()
