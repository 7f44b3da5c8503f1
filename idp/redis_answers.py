"""Reads the answers of Redis, and gives up one that takes too long.

Builds on two parts of redis-py that it does not document: the parser and its buffer. `tests/test_cache.py` has answers
that never end.
"""

import time
from math import inf
from socket import socket
from typing import Any

from redis._parsers import _RESP2Parser
from redis._parsers.socket import SocketBuffer
from redis.connection import AbstractConnection

MOST_SECONDS = 0.1
"""Seconds that a request waits for a connection, and again for an answer or, if one has begun, for its next bytes."""


class PromptSocket:
    """A socket that is read no more once an answer takes too long, because its own timeout begins anew with each byte.

    Without it, an answer that trickles or never ends would keep its thread for ever.
    """

    def __init__(self, connected: socket) -> None:
        self._connected = connected
        self.settimeout = connected.settimeout
        self.until = inf

    def recv(self, size: int) -> bytes:
        """Read some bytes. Raises TimeoutError."""
        if time.monotonic() > self.until:
            raise TimeoutError("the answer is endless")
        return self._connected.recv(size)


class PromptParser(_RESP2Parser):
    """Reads answers of Redis from such a socket."""

    def on_connect(self, connection: AbstractConnection) -> None:
        """Read from this connection from now on."""
        super().on_connect(connection)  # type: ignore[no-untyped-call]  # the library's own has no types
        connected: Any = connection._sock
        self._prompt = PromptSocket(connected)
        prompt: Any = self._prompt  # it is asked to read and to set its timeout, and for nothing else of a socket
        self._buffer = SocketBuffer(prompt, self.socket_read_size, MOST_SECONDS)

    def read_response(self, *given: Any, **named: Any) -> object:
        """Read one answer. Raises TimeoutError of Redis's library if it is not complete in time."""
        self._prompt.until = time.monotonic() + MOST_SECONDS
        try:
            return super().read_response(*given, **named)
        finally:
            self._prompt.until = inf
