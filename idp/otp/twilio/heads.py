"""HTTP connections on which the head of an answer, its status line and headers, has to be complete in time.

The timeout of a socket starts again with each byte, so a head that trickles would keep a thread for ever.
"""

import socket
from contextlib import suppress
from http.client import HTTPResponse
from threading import Timer
from typing import Any

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class PromptResponse(HTTPResponse):
    """A response whose head is cut off once the timeout of its socket has passed since the request was sent."""

    def __init__(self, sock: socket.socket, *args: Any, **named: Any) -> None:
        super().__init__(sock, *args, **named)
        self._socket, self._is_late = sock, False
        self._timer = Timer(sock.gettimeout() or 0.0, self._cut)
        self._timer.daemon = True

    def begin(self) -> None:
        """Read the head. Raises TimeoutError."""
        self._timer.start()
        try:
            super().begin()
        finally:
            self._timer.cancel()
            if self._is_late:
                raise TimeoutError("the head of the answer is endless")

    def _cut(self) -> None:
        self._is_late = True
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # past TLS, which would wait for the other side


class PromptHTTPConnection(HTTPConnection):
    """A connection that reads such responses."""

    response_class = PromptResponse


class PromptHTTPSConnection(HTTPSConnection):
    """A connection by TLS that reads such responses."""

    response_class = PromptResponse


class PromptHTTPPool(HTTPConnectionPool):
    """A pool of such connections."""

    ConnectionCls = PromptHTTPConnection


class PromptHTTPSPool(HTTPSConnectionPool):
    """A pool of such connections by TLS."""

    ConnectionCls = PromptHTTPSConnection


def limit(session: Session) -> None:
    """Have the session use such connections, except through a proxy."""
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            adapter.poolmanager.pool_classes_by_scheme = {"http": PromptHTTPPool, "https": PromptHTTPSPool}
