"""Fetching a service provider's metadata: an address that an operator typed is asked, and nothing behind it.

A name is looked up once, each of its addresses judged, and the connection made to the one that was judged. All
of it, redirects included, has to be over within a few seconds by the clock on the wall.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from urllib.parse import SplitResult, urljoin, urlsplit

import certifi

from idp.saml.errors import quoted
from idp.saml.metadata.errors import UnfetchedMetadata
from idp.saml.metadata.theirs import MAX_METADATA, acs_fault

MOST_REDIRECTS = 3
SECONDS = 5.0
HTTP_PORT, HTTPS_PORT = 80, 443
OK = 200
REDIRECTS = {301, 302, 303, 307, 308}
NOT_PUBLIC = "This address is in a network that is not public; LATCHKEY_METADATA_NETWORKS can allow it."
HEADERS = {
    "Accept": "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8",
    "Accept-Encoding": "identity",
    "User-Agent": "Latchkey",
    "Connection": "close",
}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Iterable[str]]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_TUNNELS = tuple(map(ipaddress.ip_network, ("2002::/16", "2001::/32", "64:ff9b:1::/48")))
_LAST_32_BITS = 0xFFFFFFFF


def resolve(host: str, port: int) -> list[str]:
    """Look a name up with the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(it[4][0]) for it in found))


def fetch(
    url: str, *, networks: Sequence[Network] = (), resolver: Resolve = resolve, seconds: float = SECONDS
) -> bytes:
    """Return the document at an https address, or at an http address of this computer if its network is listed.

    `networks` may be asked though they are not public. Raises UnfetchedMetadata with a sentence.
    """
    errand = _Errand(url, networks, resolver, time.monotonic() + seconds)
    errand.start()
    errand.join(seconds)
    if errand.is_alive():
        errand.cut()
        raise _no(f"The metadata did not come within {seconds:g} seconds.", url)
    if errand.failure is not None:
        raise _told(errand.failure, url)
    return errand.document


def may_be_asked(address: str, networks: Iterable[Network]) -> bool:
    """Whether an address is public, or in a network that is listed."""
    judged = _meant(ipaddress.ip_address(address))
    if any(judged in network for network in networks if network.version == judged.version):
        return True
    return judged.is_global and not judged.is_multicast and not any(judged in it for it in _TUNNELS)


def _meant(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, where it stands for one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & _LAST_32_BITS)
    return address


def _no(sentence: str, url: str, why: object = "") -> UnfetchedMetadata:
    return UnfetchedMetadata(f"{sentence} {quoted(url)} {why}".strip(), sentence=sentence)


def _told(failure: Exception, url: str) -> Exception:
    if isinstance(failure, ssl.SSLCertVerificationError):
        return _no("The server's certificate does not prove that it is the one asked.", url, failure)
    if isinstance(failure, (OSError, http.client.HTTPException, ValueError)):
        return _no("The server cannot be reached, or does not speak HTTP as it should.", url, failure)
    return failure


class _Errand(threading.Thread):
    """One fetch. A thread, because neither looking a name up nor reading a header line knows an end by itself."""

    def __init__(self, url: str, networks: Sequence[Network], resolver: Resolve, end: float) -> None:
        super().__init__(name="metadata", daemon=True)
        self.url, self.networks, self.resolver, self.end = url, networks, resolver, end
        self.document = b""
        self.failure: Exception | None = None
        self._socket: socket.socket | None = None

    def run(self) -> None:
        try:
            self.document = self._follow(self.url)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again where the document is wanted
            self.failure = error

    def cut(self) -> None:
        """Break the connection off, so that whatever waits for it ends."""
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _follow(self, url: str) -> bytes:
        for _ in range(MOST_REDIRECTS + 1):
            document, further = self._ask(url)
            if not further:
                return document
            target = urljoin(url, further)
            if url.startswith("https:") and not target.startswith("https:"):
                raise _no("The server leads from https to an address that is not https.", target)
            url = target
        raise _no(f"The server leads on more than {MOST_REDIRECTS} times.", self.url)

    def _ask(self, url: str) -> tuple[bytes, str]:
        """Return the document, or where else it is."""
        if fault := acs_fault(url) or ("" if url.isascii() else "it holds letters beyond ASCII"):
            raise _no(f"Metadata cannot be fetched from this address: {fault}.", url)
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc)
        try:
            connection.sock = self._connect(parts)
            connection.request("GET", _target(parts), headers=HEADERS)
            with connection.getresponse() as response:
                return _read(response, url)
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
        """Look a name up, once, and refuse it if any of its addresses may not be asked."""
        addresses = list(self.resolver(host, port))
        if not addresses or not all(may_be_asked(it, self.networks) for it in addresses):
            raise _no(NOT_PUBLIC, host, addresses)
        if not secure and not all(ipaddress.ip_address(it).is_loopback for it in addresses):
            raise _no("Plain http is spoken only to this very machine.", host, addresses)
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
    """The system's authorities (or those of SSL_CERT_FILE), and the usual ones where a system has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context


def _read(response: http.client.HTTPResponse, url: str) -> tuple[bytes, str]:
    if response.status in REDIRECTS:
        if not (location := response.getheader("Location", "")):
            raise _no("The server leads on without saying where.", url)
        return b"", location
    if response.status != OK:
        raise _no(f"The server answered with status {response.status} instead of a document.", url)
    if response.getheader("Content-Encoding", "identity") != "identity":
        raise _no("The document came compressed, though that was not asked for.", url)
    document = response.read(MAX_METADATA + 1)
    if len(document) > MAX_METADATA:
        raise _no(f"The document is larger than {MAX_METADATA // 1024} kB.", url)
    return document, ""
