"""Requests to a web server as a browser makes them: without proxies, redirects or large bodies."""

import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTP_PORT, HTTPS_PORT, HTTPConnection, HTTPException
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

SECONDS = 5.0
LATE = f"no answer within {SECONDS:.0f} seconds"
MOST_READ = 512 * 1024
Socket = TypeVar("Socket", bound=socket.socket)


class Unreachable(Exception):
    """There was no answer. The text says why, and contains nothing personal."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response. `certificate_ends` is None on plain HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    certificate_ends: datetime | None


def get(url: str, method: str = "GET") -> Answer:
    """Request a URL. The answer must be complete within `SECONDS`. The system's certificate authorities are trusted.

    Raises Unreachable.
    """
    exchange = _Exchange(url, method, time.monotonic() + SECONDS)
    exchange.start()
    exchange.join(SECONDS)
    if exchange.is_alive():
        exchange.cut()
        raise Unreachable(LATE)
    if exchange.answer is None:
        raise _unreachable(exchange.failure or RuntimeError("an exchange ended without an outcome"))
    return exchange.answer


def date_of(url: str) -> datetime | None:
    """Return the Date header of a server's answer, whatever its status; None without one."""
    try:
        return parsedate_to_datetime(get(url, "HEAD").headers["date"]).astimezone(UTC)
    except (Unreachable, KeyError, ValueError):
        return None


def _unreachable(failure: Exception) -> Exception:
    """Return the failure with its reason; one that is a bug of ours, as it is."""
    match failure:
        case ssl.SSLCertVerificationError():
            return Unreachable(f"its certificate is not trusted: {failure.verify_message}")
        case TimeoutError():
            return Unreachable(LATE)
        case OSError():
            return Unreachable((failure.strerror or type(failure).__name__).lower())
        case HTTPException() | ValueError():
            return Unreachable(f"what answers is not a web server ({type(failure).__name__})")
    return failure


class _Exchange(threading.Thread):
    """One exchange, in a thread, since a server that sends a byte now and then keeps within the limit of each step.

    `idp.outgoing` has another, which reaches only addresses that may be asked for others. This one is for our own.
    """

    def __init__(self, url: str, method: str, end: float) -> None:
        super().__init__(name="checkup", daemon=True)
        self.url, self.method, self.end = url, method, end
        self.answer: Answer | None = None
        self.failure: Exception | None = None
        self._socket: socket.socket | None = None

    def run(self) -> None:
        try:
            self.answer = self._exchange()
        except Exception as error:  # noqa: BLE001 - raised again in the thread that waits for the answer
            self.failure = error

    def cut(self) -> None:
        """Close the connection, so that a thread that waits for it goes on."""
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _exchange(self) -> Answer:
        parts = urlsplit(self.url)
        connection = HTTPConnection(parts.netloc)
        try:
            sock = connection.sock = self._connect(parts)
            certificate_ends = _certificate_ends(sock)
            connection.request(self.method, parts.path or "/", headers={"User-Agent": "Latchkey doctor"})
            with connection.getresponse() as response:
                headers = {name.lower(): value for name, value in response.getheaders()}
                return Answer(response.status, headers, response.read(MOST_READ), certificate_ends)
        finally:
            connection.close()
            if self._socket is not None:
                self._socket.close()

    def _connect(self, parts: SplitResult) -> socket.socket:
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (HTTPS_PORT if secure else HTTP_PORT)
        plain = self._hold(socket.create_connection((host, port), self._left()))
        if not secure:
            return plain
        context = ssl.create_default_context()
        wrapped = self._hold(context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False))
        wrapped.do_handshake()
        return wrapped

    def _hold(self, connected: Socket) -> Socket:
        self._socket = connected
        connected.settimeout(self._left())
        return connected

    def _left(self) -> float:
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _certificate_ends(sock: object) -> datetime | None:
    if not isinstance(sock, ssl.SSLSocket):
        return None
    certificate = sock.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
