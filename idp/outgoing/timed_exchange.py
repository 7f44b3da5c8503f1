"""One HTTP exchange, in a thread of its own, that ends within a few seconds in all.

Neither a lookup nor reading a header line has a time limit of its own, and a server that sends a byte now and then
keeps within the limit of each step.
"""

import socket
import ssl
import threading
import time
from contextlib import suppress
from http.client import HTTP_PORT, HTTPS_PORT, HTTPConnection
from typing import Generic, TypeVar
from urllib.parse import SplitResult, urlsplit

import certifi

Answer = TypeVar("Answer")
Socket = TypeVar("Socket", bound=socket.socket)


class TimedExchange(threading.Thread, Generic[Answer]):
    """What is common to exchanges: a subclass says which address to dial, what to ask and to read."""

    def __init__(self, url: str, seconds: float) -> None:
        super().__init__(name="exchange", daemon=True)
        self.url, self.seconds, self._end = url, seconds, time.monotonic() + seconds
        self._answer: Answer | None = None
        self._failure: Exception | None = None
        self._socket: socket.socket | None = None

    def outcome(self) -> Answer:
        """Return the answer. Raises TimeoutError if it is not complete in time, and whatever made it fail."""
        self.start()
        self.join(max(self.seconds, 0))
        if self.is_alive():
            self._cut()
            raise TimeoutError("the time is over")
        if self._answer is None:
            raise self._failure or RuntimeError("an exchange ended without an outcome")
        return self._answer

    def dial(self, host: str, port: int, *, secure: bool) -> socket.socket:
        """Connect to a host."""
        raise NotImplementedError

    def ask(self, connection: HTTPConnection, parts: SplitResult) -> Answer:
        """Send the request, and read the answer."""
        raise NotImplementedError

    def run(self) -> None:
        """Do the exchange, and keep what came of it for the thread that waits."""
        try:
            self._answer = self._exchange(urlsplit(self.url))
        except Exception as error:  # noqa: BLE001 - raised again in the thread that waits for the answer
            self._failure = error

    def left(self) -> float:
        """Return how many seconds are left. Raises TimeoutError if none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            self._cut()
            raise TimeoutError("the time is over")
        return left

    def _cut(self) -> None:
        """Close the connection, so that a thread that waits for it goes on."""
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _exchange(self, parts: SplitResult) -> Answer:
        connection = HTTPConnection(parts.netloc)
        try:
            connection.sock = self._connected(parts)
            return self.ask(connection, parts)
        finally:
            connection.close()
            if self._socket is not None:
                self._socket.close()

    def _connected(self, parts: SplitResult) -> socket.socket:
        host, secure = parts.hostname or "", parts.scheme == "https"
        plain = self._hold(self.dial(host, parts.port or (HTTPS_PORT if secure else HTTP_PORT), secure=secure))
        if not secure:
            return plain
        # Held before the handshake, or nothing could cut that: wrapping takes the connection from the plain socket.
        wrapped = self._hold(
            _usual_authorities().wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        )
        wrapped.do_handshake()
        return wrapped

    def _hold(self, connected: Socket) -> Socket:
        self._socket = connected
        connected.settimeout(self.left())
        return connected


def _usual_authorities() -> ssl.SSLContext:
    """Trust the system's CAs (or those of SSL_CERT_FILE), and certifi's: a small system has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context
