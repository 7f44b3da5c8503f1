"""Parses `redis+sentinel://…`, the address of a Redis that Sentinel moves between computers. Pure."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

SCHEME = "redis+sentinel"
PORT = 26379
HIGHEST_PORT = 65535
SENTINEL = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?")
PATH = re.compile(r"/([A-Za-z0-9._-]+)(?:/([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True)
class Watched:
    """The sentinels to ask, the service's name there, and our credentials for Redis."""

    sentinels: tuple[tuple[str, int], ...]
    service: str
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def read(url: str) -> Watched:
    """Read `redis+sentinel://user:password@host:port,host:port/service/database`. Raises ValueError.

    User, password, ports and database are optional. The sentinels themselves are asked without a password.
    """
    parts = urlsplit(url)
    named, _, hosts = parts.netloc.rpartition("@")
    username, _, password = named.partition(":")
    path = PATH.fullmatch(parts.path)
    if parts.scheme != SCHEME or path is None or parts.query or parts.fragment:
        raise ValueError("not the address of a Redis behind Sentinel")
    return Watched(
        sentinels=tuple(_sentinel(it) for it in hosts.split(",")),
        service=path[1],
        database=int(path[2] or 0),
        username=unquote(username) or None,
        password=unquote(password) or None,
    )


def _sentinel(written: str) -> tuple[str, int]:
    found = SENTINEL.fullmatch(written)
    port = int(found[3] or PORT) if found else 0
    if found is None or not 0 < port <= HIGHEST_PORT:
        raise ValueError("a sentinel is a host and perhaps a port")
    return found[1] or found[2], port
