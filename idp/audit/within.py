"""The lookup `address__within="192.0.2.0/24"`: IP addresses in a network, on either database."""

import itertools
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import GenericIPAddressField, Lookup


@GenericIPAddressField.register_lookup
class Within(Lookup[Any]):
    """Whether an address lies in a network, written as CIDR (RFC 4632)."""

    lookup_name = "within"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 - as its base
        """Narrow it down by the text, for which there is an index; the rest is a function's of `idp.sqlite3`."""
        left, params = self.process_lhs(compiler, connection)
        low, high = _between(ip_network(self.rhs))
        within = f"({left} >= %s AND {left} < %s AND latchkey_within({left}, %s))"
        return within, (*params, low, *params, high, *params, self.rhs)

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 - as its base
        """Ask PostgreSQL, which knows networks and finds them by an ordinary index."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} <<= %s::inet", (*params, self.rhs)


def _between(network: IPv4Network | IPv6Network) -> tuple[str, str]:
    """Return texts between which every address of a network lies: those that begin with its whole octets or groups."""
    if network.version == 6:  # noqa: PLR2004 - the version
        whole = network.network_address.exploded.split(":")[: min(network.prefixlen // 16, 4)]
        written = itertools.takewhile(bool, (int(it, 16) for it in whole))  # of groups of zeros some are left out
        begin = "".join(f"{it:x}:" for it in written)
    else:
        octets = str(network.network_address).split(".")[: network.prefixlen // 8]
        begin = ".".join(octets) + ("." if 0 < len(octets) < len("ABCD") else "")
    return begin, begin + "g"
