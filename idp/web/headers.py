"""The headers of an answer, by a shorter way than Django's own, which it is in all it does.

A sign-in sets thirteen of them, is asked for as many again, and hands all of them out. Django checks each name and each
value by a function of its own, and asks for each by name once more.
"""

import re
from collections.abc import ValuesView
from typing import Any

from django.http.response import ResponseHeaders

_is_plain = re.compile("[ -~]*").fullmatch  # nothing in it to encode, to fold or to refuse


class Headers(ResponseHeaders):
    """Django's. They are kept by their names in small letters, each with the name as it was given, and its value."""

    _store: dict[str, tuple[str, str]]

    def __setitem__(self, name: str, value: str | bytes | int) -> None:
        if type(name) is type(value) is str and _is_plain(name) and _is_plain(value):
            self._store[name.lower()] = name, value
        else:
            super().__setitem__(name, value)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._store

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - as its base
        """Return the value of that name, in whatever letters, or else what is given for it."""
        return self._store.get(key.lower(), (key, default))[1]

    def items(self) -> ValuesView[tuple[str, str]]:  # type: ignore[override]
        """Return the names as they were given, each with its value."""
        return self._store.values()
