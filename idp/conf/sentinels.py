"""Parses `redis+sentinel://…`, the address of a Redis that Sentinel moves between computers. Pure."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

SCHEME = "redis+sentinel"
PORT = 26379
HIGHEST_PORT = 65535
SENTINEL = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?")
URL = re.compile(re.escape(SCHEME) + r"://(?:([^/?#]*)@)?([^/?#@]+)/([A-Za-z0-9._-]+)(?:/([0-9]{1,3}))?")
"""Account, sentinels, service and database. `urlsplit` refuses an IPv6 address that is not the only host."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The sentinels to ask, the service's name there, and our credentials for Redis."""

    sentinels: tuple[tuple[str, int], ...]
    service: str
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def are_named_by(url: str) -> bool:
    """Whether a URL has the scheme of such an address."""
    return url.startswith(f"{SCHEME}:")


def read(url: str) -> Watched:
    """Read `redis+sentinel://user:password@host:port,host:port/service/database`. Raises ValueError.

    User, password, ports and database are optional. The sentinels themselves are asked without a password.
    """
    found = URL.fullmatch(url)
    if found is None:
        raise ValueError("not the address of a Redis behind Sentinel")
    account, hosts, service, database = found.groups()
    username, _, password = (account or "").partition(":")
    return Watched(
        sentinels=tuple(_sentinel(it) for it in hosts.split(",")),
        service=service,
        database=int(database or 0),
        username=unquote(username) or None,
        password=unquote(password) or None,
    )


def _sentinel(written: str) -> tuple[str, int]:
    found = SENTINEL.fullmatch(written)
    port = int(found[3] or PORT) if found else 0
    if found is None or not 0 < port <= HIGHEST_PORT:
        raise ValueError("a sentinel is a host and perhaps a port")
    return found[1] or found[2], port
