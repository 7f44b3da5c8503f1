"""What a server does before its first request: it tries tables and keys, so that no agent is the first to see a fault.

gunicorn's master runs this before it forks workers, and closes again what they must not share.
"""

from collections.abc import Iterable

import structlog
from django.core.cache import caches
from django.db import connections
from django.urls import URLPattern, URLResolver, get_resolver

from idp import clock
from idp.keys import keyring
from idp.saml import signing_keys
from idp.sql import unprepared

log = structlog.get_logger(__name__)


def check() -> None:
    """Look for missing tables, make missing keys, and try each key in use. Log faults and expiring certificates.

    A fault does not end the process: `/readyz` reports it too, and the database may become reachable again.
    """
    try:
        now = clock.now()
        unprepared.check_migrations()
        signing_keys.ensure(now)
        signing_keys.try_out(now)
        for ending in keyring.endings(now):
            (log.error if ending.loud else log.warning)("certificate_ends", detail=ending.sentence)
    except Exception as error:
        log.critical("keys_untried", remedy=unprepared.remedy(error), exc_info=True)


def close_connections() -> None:
    """Close the database connections and their pools: none may be used on both sides of a fork."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # both backends of ours have one


def import_pages() -> None:
    """Import what is otherwise imported on demand, such as the operators' pages, so that workers share it."""
    _read(get_resolver().url_patterns)
    caches["default"]  # imports Redis's library if configured, without connecting


def _read(addresses: Iterable[URLPattern | URLResolver]) -> None:
    for it in addresses:
        if isinstance(it, URLResolver):
            _read(it.url_patterns)
