"""Sends an HTTP request to another host, and only to an address that was checked.

A name is looked up once, each of its addresses is checked, and the connection goes to a checked one. Lookup,
connection, sending and reading together must end within a few seconds of real time. Redirects are reported, never
followed, and proxies from the environment are not used.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult

from idp.outgoing.addresses import Network, is_allowed, request_fault
from idp.outgoing.timed_exchange import TimedExchange

SECONDS = 5.0
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
    try:
        return _Exchange(request, longest, networks, resolver, seconds).outcome()
    except TimeoutError:
        raise Late(seconds) from None
    except ssl.SSLCertVerificationError as error:
        sentence = "The server's certificate is not for this address, or its issuer is not trusted."
        raise Unreached(sentence, error) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreached("The server cannot be reached, or does not answer with valid HTTP.", error) from error


class _Exchange(TimedExchange[Answer]):
    """An exchange with a checked address."""

    def __init__(
        self, request: Request, longest: int, networks: Sequence[Network], resolver: Resolve, seconds: float
    ) -> None:
        super().__init__(request.url, seconds)
        self.request, self.longest, self.networks, self.resolver = request, longest, networks, resolver

    def ask(self, connection: http.client.HTTPConnection, parts: SplitResult) -> Answer:
        request = self.request
        method = "GET" if request.body is None else "POST"
        connection.request(method, _target(parts), request.body, {**HEADERS, **request.headers})
        with connection.getresponse() as response:
            return Answer(response.status, response.headers, response.read(self.longest))

    def dial(self, host: str, port: int, *, secure: bool) -> socket.socket:
        *others, last = self._checked(host, port, secure=secure)
        for address in others:
            with suppress(OSError):
                return socket.create_connection((address, port), timeout=self.left())
        return socket.create_connection((last, port), timeout=self.left())

    def _checked(self, host: str, port: int, *, secure: bool) -> list[str]:
        """Look a name up, once. Refuse it if any of its addresses is not allowed."""
        addresses = list(self.resolver(host, port))
        if not addresses or not all(is_allowed(it, self.networks) for it in addresses):
            raise Unreached(NOT_PUBLIC, addresses)
        if not secure and not all(ipaddress.ip_address(it).is_loopback for it in addresses):
            raise Unreached("Plain http is allowed only to this computer.", addresses)
        return addresses


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
