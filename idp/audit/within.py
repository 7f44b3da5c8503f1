"""The lookup `address__within="192.0.2.0/24"`: IP addresses in a network, on either database."""

import itertools
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import GenericIPAddressField, Lookup


@GenericIPAddressField.register_lookup
class Within(Lookup[Any]):
    """Whether an address is in a network, written as CIDR (RFC 4632)."""

    lookup_name = "within"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 - as its base
        """Narrow it down by the text, which has an index. A function of `idp.sqlite3` does the rest."""
        left, params = self.process_lhs(compiler, connection)
        low, high = _between(ip_network(self.rhs))
        within = f"({left} >= %s AND {left} < %s AND latchkey_within({left}, %s))"
        return within, (*params, low, *params, high, *params, self.rhs)

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 - as its base
        """Use PostgreSQL's network type, which an ordinary index supports."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} <<= %s::inet", (*params, self.rhs)


def _between(network: IPv4Network | IPv6Network) -> tuple[str, str]:
    """Return the texts between which every address of a network sorts, by its whole octets or groups."""
    if network.version == 6:  # noqa: PLR2004 - the version
        whole = network.network_address.exploded.split(":")[: min(network.prefixlen // 16, 4)]
        written = itertools.takewhile(bool, (int(it, 16) for it in whole))  # the written form may omit groups of zeros
        begin = "".join(f"{it:x}:" for it in written)
    else:
        octets = str(network.network_address).split(".")[: network.prefixlen // 8]
        begin = ".".join(octets) + ("." if 0 < len(octets) < len("ABCD") else "")
    return begin, begin + "g"
