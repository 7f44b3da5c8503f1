"""Which addresses Latchkey sends requests to: https on public networks, and what an operator allows besides. Pure."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

IPV6 = 6
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # RFC 4291; elsewhere are forms that embed private IPv4 addresses
_TUNNELS = tuple(map(ipaddress.ip_network, ("2002::/16", "2001::/32")))
_LAST_32_BITS = 0xFFFFFFFF


def address_fault(url: str) -> str:
    """Return why a URL is not allowed, or an empty string.

    It must be https with a host; http is allowed only to this computer. User names, fragments and white space are
    refused, since they can disguise another address.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        return f"it is not a URL ({error})"
    if any(it <= " " or it in {"\x7f", "\\"} for it in url):
        return "it contains white space, a control character or a backslash"
    if parts.scheme not in {"https", "http"} or not host:
        return "it is not an https URL with a host"
    if parts.scheme == "http" and not _is_loopback(host):
        return "http is allowed only to this computer"
    if "@" in parts.netloc or "#" in url:
        return "it contains a user name or a fragment"
    return ""


def request_fault(url: str) -> str:
    """Return why no request can be sent to a URL, or an empty string: as `address_fault`, and only ASCII."""
    return address_fault(url) or ("" if url.isascii() else "it contains characters beyond ASCII")


def is_allowed(address: str, networks: Iterable[Network]) -> bool:
    """Whether an IP address is public, or in a listed network."""
    real = _embedded(ipaddress.ip_address(address))
    if any(real in network for network in networks if network.version == real.version):
        return True
    if real.version == IPV6 and (real not in _GLOBAL_UNICAST or any(real in it for it in _TUNNELS)):
        return False
    return real.is_global and not real.is_multicast


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address embeds, or else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & _LAST_32_BITS)
    return address
