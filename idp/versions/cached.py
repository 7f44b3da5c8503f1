"""Caches values in the process, for all its threads, under the version of the configuration.

A value is read after its version, on the same connection, so it is never older than its version. What a transaction
reads of its own uncommitted changes is cached under a version that nobody ever sees if it is rolled back. Threads share
cached values, so callers must not modify them.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar, TypeVarTuple

from idp.versions import version

Value = TypeVar("Value")
Key = TypeVarTuple("Key")

MOST = 1000


class Cached(Generic[Value, *Key]):
    """A function whose results are cached while the configuration stays the same; its arguments are the key.

    Exceptions are not cached, so unknown names do not fill the memory. The cache starts again after `most` results.
    """

    def __init__(self, read: Callable[[*Key], Value], most: int = MOST) -> None:
        self._read, self._most = read, most
        self._kept: tuple[str, dict[Hashable, Value]] = ("", {})  # replaced as one, so no thread sees a half

    def __call__(self, *key: *Key) -> Value:
        """Return the value for the current version, from the cache or read now."""
        pinned = version.of_request()
        present = pinned or version.ask()
        of, values = self._kept
        if of == present and key in values:
            return values[key]
        if pinned:  # the version may have changed in this transaction: see the module's docstring
            present = version.ask()
        value = self._read(*key)
        if present:
            self._keep(present, key, value)
        return value

    def last(self, *key: *Key) -> Value | None:
        """Return the last cached value, whatever its version, without a query."""
        return self._kept[1].get(key)

    def _keep(self, present: str, key: Hashable, value: Value) -> None:
        of, values = self._kept
        if of != present or len(values) >= self._most:
            values = {}
            self._kept = (present, values)
        values[key] = value
