"""Values that are read once for each version of the configuration, and then held by the process for all its threads.

What is held was read after its version was asked for, by the same connection. So it is never older than its version
says; and what a transaction reads of its own changes stands under a version that nobody ever sees if it is rolled
back. Whoever gets a held value shares it with others: it is only looked at, never changed.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar, TypeVarTuple

from idp.versions import version

Value = TypeVar("Value")
Key = TypeVarTuple("Key")

MOST = 1000


class Held(Generic[Value, *Key]):
    """A function whose answers are held while configuration stays as it is; its arguments are the key.

    What it raises is not held, so names of nothing fill no memory. Of more than `most` answers it begins anew.
    """

    def __init__(self, read: Callable[[*Key], Value], most: int = MOST) -> None:
        self._read, self._most = read, most
        self._kept: tuple[str, dict[Hashable, Value]] = ("", {})  # swapped as one, so no thread sees half of it

    def __call__(self, *key: *Key) -> Value:
        """Return the value of this version: the held one, or else one that is read now."""
        told = version.remembered()
        present = told or version.ask()
        of, values = self._kept
        if of == present and key in values:
            return values[key]
        if told:  # a transaction may have changed something since it was told: see above
            present = version.ask()
        value = self._read(*key)
        if present:
            self._keep(present, key, value)
        return value

    def last(self, *key: *Key) -> Value | None:
        """Return what was held last, whatever the version is now and without asking the database."""
        return self._kept[1].get(key)

    def _keep(self, present: str, key: Hashable, value: Value) -> None:
        of, values = self._kept
        if of != present or len(values) >= self._most:
            values = {}
            self._kept = (present, values)
        values[key] = value
