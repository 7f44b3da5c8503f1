"""Sends HTTP requests to other hosts, and only to the addresses that were checked.

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

SECONDS = 5.0
HTTP_PORT, HTTPS_PORT = 80, 443
IPV6 = 6
NOT_PUBLIC = "This address is in a network that is not public; LATCHKEY_OUTGOING_NETWORKS can allow it."
HEADERS = {"Accept-Encoding": "identity", "User-Agent": "Latchkey", "Connection": "close"}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Iterable[str]]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # RFC 4291; elsewhere are forms that embed private IPv4 addresses
_TUNNELS = tuple(map(ipaddress.ip_network, ("2002::/16", "2001::/32")))
_LAST_32_BITS = 0xFFFFFFFF


class Unreached(Exception):
    """There was no answer, or the address is not allowed. `sentence` is for an operator, `why` for the log."""

    def __init__(self, sentence: str, why: object = "") -> None:
        super().__init__(f"{sentence} {why}".strip())
        self.sentence, self.why = sentence, str(why)


class Late(Unreached):
    """The time limit passed before the answer was complete."""


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


def exchange(
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
    if fault := address_fault(request.url) or ("" if request.url.isascii() else "it holds letters beyond ASCII"):
        raise Unreached(f"This address cannot be asked: {fault}.")
    errand = _Errand(request, longest, networks, resolver, time.monotonic() + seconds)
    errand.start()
    errand.join(max(seconds, 0))
    if errand.is_alive():
        errand.cut()
        raise _late(seconds)
    if isinstance(errand.failure, TimeoutError):  # the socket's own timeout came first
        raise _late(seconds)
    if errand.answer is None:
        raise _told(errand.failure or RuntimeError("an errand ended without an outcome"))
    return errand.answer


def address_fault(url: str) -> str:
    """Return why an address is not allowed, or an empty string.

    It must be https with a host; http is allowed only to this computer. User names, fragments and white space are
    refused, since they can disguise another address.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        return f"it is not a URL ({error})"
    if any(it <= " " or it in {"\x7f", "\\"} for it in url):
        return "it holds white space, a control character or a backslash"
    if parts.scheme not in {"https", "http"} or not host:
        return "it is not an https URL with a host"
    if parts.scheme == "http" and not _is_loopback(host):
        return "http is taken only to this very machine"
    if "@" in parts.netloc or "#" in url:
        return "it holds a user name or a fragment"
    return ""


def may_be_asked(address: str, networks: Iterable[Network]) -> bool:
    """Whether an address is public, or in a listed network."""
    judged = _meant(ipaddress.ip_address(address))
    if any(judged in network for network in networks if network.version == judged.version):
        return True
    if judged.version == IPV6 and (judged not in _GLOBAL_UNICAST or any(judged in it for it in _TUNNELS)):
        return False
    return judged.is_global and not judged.is_multicast


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _meant(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address embeds, or else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & _LAST_32_BITS)
    return address


def _late(seconds: float) -> Late:
    return Late(f"No answer within {seconds:g} seconds.")


def _told(failure: Exception) -> Exception:
    if isinstance(failure, ssl.SSLCertVerificationError):
        return Unreached("The server's certificate does not prove that it is the one asked.", failure)
    if isinstance(failure, (OSError, http.client.HTTPException, ValueError)):
        return Unreached("The server cannot be reached, or does not speak HTTP as it should.", failure)
    return failure


class _Errand(threading.Thread):
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
            self.answer = self._ask()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again where the answer is wanted
            self.failure = error

    def cut(self) -> None:
        """Close the connection, so that whatever waits for it ends."""
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _ask(self) -> Answer:
        parts, sent = urlsplit(self.request.url), self.request
        connection = http.client.HTTPConnection(parts.netloc)
        try:
            connection.sock = self._connect(parts)
            method = "GET" if sent.body is None else "POST"
            connection.request(method, _target(parts), sent.body, {**HEADERS, **sent.headers})
            with connection.getresponse() as response:
                return Answer(response.status, response.headers, response.read(self.longest))
        finally:
            connection.close()
            if self._socket is not None:
                self._socket.close()

    def _connect(self, parts: SplitResult) -> socket.socket:
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (HTTPS_PORT if secure else HTTP_PORT)
        plain = self._hold(self._dial(self._judged(host, port, secure=secure), port))
        if not secure:
            return plain
        plain.settimeout(self._left())
        return self._hold(_tls().wrap_socket(plain, server_hostname=host))

    def _judged(self, host: str, port: int, *, secure: bool) -> list[str]:
        """Look a name up, once. Refuse it if any of its addresses is not allowed."""
        addresses = list(self.resolver(host, port))
        if not addresses or not all(may_be_asked(it, self.networks) for it in addresses):
            raise Unreached(NOT_PUBLIC, addresses)
        if not secure and not all(ipaddress.ip_address(it).is_loopback for it in addresses):
            raise Unreached("Plain http is spoken only to this very machine.", addresses)
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
