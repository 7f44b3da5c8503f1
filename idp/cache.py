"""Redis as Django's cache. Nothing depends on it: while it is down, slow or garbled, it behaves as an empty cache.

It holds only counters and copies. Values are JSON, so data that someone else wrote to Redis is never executed.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from typing import Any, TypeVar

import structlog
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import ConnectionPool, RedisError, ResponseError
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

from idp.conf import sentinels
from idp.redis_answers import MOST_SECONDS, PromptParser

log = structlog.get_logger(__name__)
Answer = TypeVar("Answer")

PAUSE = 5.0
"""Seconds until Redis is asked again after a failure, by one request only."""
LOG_EVERY = 60.0
"""Seconds between two log lines about one outage."""
GARBLED = (RedisError, OSError, ValueError, TypeError, OverflowError, RecursionError)
"""What is raised if Redis does not answer, or if what answers is not Redis, or holds what is not ours."""


class Outage:
    """Whether Redis is down, as this process last saw it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._away = self._refuses = self._told = False
        self._ask_at = self._tell_at = 0.0

    @property
    def seen(self) -> bool:
        """Whether the last request to Redis failed."""
        return self._away

    def may_ask(self) -> bool:
        """Whether to ask Redis now: always while it is up, and one request per pause while it is down."""
        if not self._away:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._ask_at:
                return False
            self._ask_at = now + PAUSE
            return True

    def begin(self, error: Exception) -> None:
        """Record a failure of Redis. Logged now and then, without Redis's own message."""
        with self._lock:
            now = time.monotonic()
            self._away, self._ask_at = True, now + PAUSE
            self._refuses = isinstance(error, ResponseError)
            tell = now >= self._tell_at
            if tell:
                self._told, self._tell_at = True, now + LOG_EVERY
        if tell:
            log.warning("redis_away", error=type(error).__name__)

    def end(self, *, written: bool = True) -> None:
        """Record that Redis answered. If it refused something, as a replica refuses writes, only a write shows more.

        So a request that read meanwhile leaves the next one to ask. Logged only if the failure was: Redis that has no
        connection left fails and answers by turns.
        """
        if not self._away:
            return
        if self._refuses and not written:
            self._ask_at = 0.0
            return
        with self._lock:
            told, self._away, self._told = self._told, False, False
        if told:
            log.info("redis_back")


OUTAGE = Outage()


class Json:
    """The encoding of values. Numbers are stored as they are, so that Redis can count."""

    def dumps(self, value: object) -> int | str:
        """Encode a value."""
        return value if type(value) is int else json.dumps(value)

    def loads(self, data: bytes) -> object:
        """Decode a value. Raises ValueError."""
        value: object = json.loads(data)
        return value


@cache
def pool(url: str) -> ConnectionPool:
    """Return this process's connections to one Redis, with short timeouts and without retries."""
    patience: dict[str, Any] = {
        "socket_connect_timeout": MOST_SECONDS,
        "socket_timeout": MOST_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "driver_info": None,  # do not send our name with each connection
    }
    if not sentinels.are_named_by(url):
        return ConnectionPool.from_url(url, parser_class=PromptParser, **patience)
    watched = sentinels.read(url)
    sentinel = Sentinel(watched.sentinels, sentinel_kwargs=patience)
    for it in sentinel.sentinels:
        it.connection_pool.connection_kwargs["parser_class"] = PromptParser  # a client takes no parser itself
    return SentinelConnectionPool(
        watched.service,
        sentinel,
        parser_class=PromptParser,
        db=watched.database,
        username=watched.username,
        password=watched.password,
        **patience,
    )


class SharedPool:
    """A pool class for Django, which makes one per thread. All threads get the pool of the process."""

    @staticmethod
    def from_url(url: str, **_: object) -> ConnectionPool:
        """Return the pool of the process."""
        return pool(url)


class Client:
    """Django's Redis client. If Redis does not answer, or with garbage, it behaves as an empty cache."""

    def __init__(self, url: str) -> None:
        self._redis = RedisCacheClient([url], serializer=f"{__name__}.Json", pool_class=f"{__name__}.SharedPool")
        self._reading = (self._redis.get, self._redis.get_many, self._redis.has_key)

    def _ask(self, act: Callable[..., Answer], given: Iterable[object], instead: Answer) -> Answer:
        if not OUTAGE.may_ask():
            return instead
        try:
            answer = act(*given)
        except GARBLED as error:
            OUTAGE.begin(error)
            return instead
        OUTAGE.end(written=act not in self._reading)
        return answer

    def add(self, *given: object) -> bool:
        """Set a value unless there is one."""
        return self._ask(self._redis.add, given, instead=False)

    def get(self, key: str, default: object) -> object:
        """Return a value, or the default."""
        return self._ask(self._redis.get, (key, default), default)

    def set(self, *given: object) -> None:
        """Set a value."""
        self._ask(self._redis.set, given, None)

    def touch(self, *given: object) -> bool:
        """Extend a value's lifetime."""
        return self._ask(self._redis.touch, given, instead=False)

    def delete(self, *given: object) -> bool:
        """Remove a value."""
        return self._ask(self._redis.delete, given, instead=False)

    def get_many(self, *given: object) -> Mapping[Any, object]:
        """Return the values that exist."""
        return self._ask(self._redis.get_many, given, {})

    def has_key(self, *given: object) -> bool:
        """Whether the value exists."""
        return self._ask(self._redis.has_key, given, instead=False)

    def incr(self, key: str, delta: int) -> int:
        """Add to a counter. Raises ValueError if it does not exist or Redis does not answer."""
        counted = self._ask(self._add_to, (key, delta), None) if self.has_key(key) else None
        if type(counted) is int:
            return counted
        raise ValueError(f"there is no counter {key}")

    def _add_to(self, key: str, delta: int) -> object:
        """Add to a counter that exists. Django's own method asks for it once more, and a question is no write."""
        return self._redis.get_client(key, write=True).incr(key, delta)

    def set_many(self, *given: object) -> None:
        """Set some values."""
        self._ask(self._redis.set_many, given, None)

    def delete_many(self, *given: object) -> None:
        """Remove some values."""
        self._ask(self._redis.delete_many, given, None)

    def clear(self) -> bool:
        """Remove all values."""
        return self._ask(self._redis.clear, (), instead=False)


class RedisThatMayBeAway(RedisCache):
    """The backend of `settings.CACHES` if `REDIS_URL` is set."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._url = server  # one server, even if its password has a separator

    @cached_property
    def _cache(self) -> Client:  # type: ignore[override]  # not Django's own, but with all that is called of it
        return Client(self._url)


def answers() -> bool:
    """Whether Redis takes writes, as far as this process knows. While it is down, not every call asks again.

    A monitor writes itself: at night nothing else may write for hours, and a Redis that refuses writes answers reads.
    It reads too: what is not Redis may say OK to everything.
    """
    caches["default"].set("monitor", 1, 1)
    caches["default"].get("monitor")
    return not OUTAGE.seen
