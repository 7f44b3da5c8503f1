"""What a server does before its first request: try the keys, so that no agent is the first to find out.

gunicorn's master does it, and workers are forked from it: what they may not share is closed again.
"""

from collections.abc import Iterable

import structlog
from django.core.cache import caches
from django.db import connections
from django.urls import URLPattern, URLResolver, get_resolver

from idp import clock
from idp.keys import keyring
from idp.saml.signatures import signing_keys

log = structlog.get_logger(__name__)


def look_over() -> None:
    """Make missing keys, sign and verify with each in use, and log what is wrong or soon will be.

    A fault does not end the process: `/readyz` reports it too, and a database may come back.
    """
    try:
        now = clock.now()
        signing_keys.ensure(now)
        signing_keys.try_out(now)
        for ending in keyring.endings(now):
            (log.error if ending.loud else log.warning)("certificate_ends", detail=ending.sentence)
    except Exception:
        log.critical("keys_untried", exc_info=True)


def let_go() -> None:
    """Close the connections to the database, and on PostgreSQL their pool, whose threads no fork takes along."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own


def read_all() -> None:
    """Read what is else read at need, such as the pages of operators, so that workers share it and nobody waits."""
    _read(get_resolver().url_patterns)
    caches["default"]  # with the library for Redis, if there is one; nothing is asked of it


def _read(addresses: Iterable[URLPattern | URLResolver]) -> None:
    for it in addresses:
        if isinstance(it, URLResolver):
            _read(it.url_patterns)
