"""Sends an HTTP request to another host, and only to an address that was checked.

A name is looked up once, each of its addresses is checked, and the connection goes to a checked one. Lookup,
connection, sending and reading together must end within a few seconds of real time. Redirects are reported, never
followed, and proxies from the environment are not used.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import certifi

from idp.outgoing.addresses import Network, is_allowed, request_fault

SECONDS = 5.0
HTTP_PORT, HTTPS_PORT = 80, 443
NOT_PUBLIC = "This address is in a network that is not public; LATCHKEY_OUTGOING_NETWORKS can allow it."
HEADERS = {"Accept-Encoding": "identity", "User-Agent": "Latchkey", "Connection": "close"}

Resolve = Callable[[str, int], Iterable[str]]


class Unreached(Exception):
    """There was no answer, or the address is not allowed. `sentence` is for an operator, `why` for the log."""

    def __init__(self, sentence: str, why: object = "") -> None:
        super().__init__(f"{sentence} {why}".strip())
        self.sentence, self.why = sentence, str(why)


class Late(Unreached):
    """The time limit passed before the answer was complete."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"No answer within {seconds:g} seconds.")


@dataclass(frozen=True, slots=True)
class Request:
    """A request: a GET, or with a body a POST."""

    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, with at most the requested number of bytes of its body."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def resolve(host: str, port: int) -> list[str]:
    """Look a name up with the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(it[4][0]) for it in found))


def send(
    request: Request,
    *,
    longest: int,
    networks: Sequence[Network] = (),
    resolver: Resolve = resolve,
    seconds: float = SECONDS,
) -> Answer:
    """Send a request to an https address, or to an http address of this computer if its network is listed.

    `networks` are allowed although they are not public. `longest` is how many bytes of the body are read. Raises
    Unreached.
    """
    if fault := request_fault(request.url):
        raise Unreached(f"This address cannot be used: {fault}.")
    exchange = _Exchange(request, longest, networks, resolver, time.monotonic() + seconds)
    exchange.start()
    exchange.join(max(seconds, 0))
    if exchange.is_alive():
        exchange.cut()
        raise Late(seconds)
    if isinstance(exchange.failure, TimeoutError):  # the socket's own timeout came first
        raise Late(seconds)
    if exchange.answer is None:
        raise _unreached(exchange.failure or RuntimeError("an exchange ended without an outcome"))
    return exchange.answer


def _unreached(failure: Exception) -> Exception:
    """Return the failure with a sentence for an operator; one that is a bug of ours, as it is."""
    if isinstance(failure, ssl.SSLCertVerificationError):
        return Unreached("The server's certificate is not for this address, or its issuer is not trusted.", failure)
    if isinstance(failure, (OSError, http.client.HTTPException, ValueError)):
        return Unreached("The server cannot be reached, or does not answer with valid HTTP.", failure)
    return failure


class _Exchange(threading.Thread):
    """One exchange, in a thread, since neither a lookup nor reading a header line has a time limit of its own."""

    def __init__(
        self, request: Request, longest: int, networks: Sequence[Network], resolver: Resolve, end: float
    ) -> None:
        super().__init__(name="outgoing", daemon=True)
        self.request, self.longest, self.networks, self.resolver, self.end = request, longest, networks, resolver, end
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
        parts, request = urlsplit(self.request.url), self.request
        connection = http.client.HTTPConnection(parts.netloc)
        try:
            connection.sock = self._connect(parts)
            method = "GET" if request.body is None else "POST"
            connection.request(method, _target(parts), request.body, {**HEADERS, **request.headers})
            with connection.getresponse() as response:
                return Answer(response.status, response.headers, response.read(self.longest))
        finally:
            connection.close()
            if self._socket is not None:
                self._socket.close()

    def _connect(self, parts: SplitResult) -> socket.socket:
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (HTTPS_PORT if secure else HTTP_PORT)
        plain = self._hold(self._dial(self._checked(host, port, secure=secure), port))
        if not secure:
            return plain
        plain.settimeout(self._left())
        return self._hold(_tls().wrap_socket(plain, server_hostname=host))

    def _checked(self, host: str, port: int, *, secure: bool) -> list[str]:
        """Look a name up, once. Refuse it if any of its addresses is not allowed."""
        addresses = list(self.resolver(host, port))
        if not addresses or not all(is_allowed(it, self.networks) for it in addresses):
            raise Unreached(NOT_PUBLIC, addresses)
        if not secure and not all(ipaddress.ip_address(it).is_loopback for it in addresses):
            raise Unreached("Plain http is allowed only to this computer.", addresses)
        return addresses

    def _dial(self, addresses: list[str], port: int) -> socket.socket:
        for address in addresses[:-1]:
            with suppress(OSError):
                return socket.create_connection((address, port), timeout=self._left())
        return socket.create_connection((addresses[-1], port), timeout=self._left())

    def _hold(self, connected: socket.socket) -> socket.socket:
        self._socket = connected
        self._left()
        return connected

    def _left(self) -> float:
        left = self.end - time.monotonic()
        if left <= 0:
            self.cut()
            raise TimeoutError("the time is over")
        return left


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _tls() -> ssl.SSLContext:
    """Return a context that trusts the system's CAs (or those of SSL_CERT_FILE), and certifi's."""
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context
