"""The network that stands for an address where requests or tries are counted. Pure."""

import ipaddress
from collections.abc import Mapping
from typing import Final

ONE_ADDRESS: Final = {4: 32, 6: 64}
"""The bits of the network of one subscriber, by version of IP: an IPv6 subscriber has a whole /64."""


def network_of(address: str | None, bits: Mapping[int, int] = ONE_ADDRESS) -> str:
    """Return the network around an address; empty for none. `bits` go by the version of IP."""
    if not address:
        return ""
    read = ipaddress.ip_address(address)
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped:
        read = read.ipv4_mapped
    return str(ipaddress.ip_network(f"{read}/{bits[read.version]}", strict=False))
