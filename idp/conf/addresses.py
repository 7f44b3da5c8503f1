"""Checks of addresses in settings: our own, the database's, Redis's. Pure."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from idp.conf import sentinels

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
OURS = re.compile(r"https?://(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9.-]+)(:[0-9]{1,5})?")
"""The form of our base URL: no path, no final slash."""
DATABASES = {"postgres", "postgresql", "sqlite"}
REDIS = {"redis", "rediss"}
_REDIS_DATABASE = re.compile(r"(/[0-9]{0,3})?")


def parts(url: str) -> SplitResult:
    """Split a URL. A malformed one has empty parts."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def names_a_redis(url: str) -> bool:
    """Whether this is a Redis URL: a host with an optional database number, a socket, or sentinels."""
    try:
        if sentinels.are_named_by(url):
            return bool(sentinels.read(url))
        read = parts(url)
        port = read.port
    except ValueError:
        return False
    if read.scheme == "unix":
        return read.path.startswith("/")
    return read.scheme in REDIS and bool(read.hostname) and port != 0 and bool(_REDIS_DATABASE.fullmatch(read.path))


def is_near(host: str) -> bool:
    """Whether a host is this computer or has an address in a private network."""
    try:
        return host in LOOPBACK or ipaddress.ip_address(host).is_private
    except ValueError:
        return False
