"""What a server does before its first request: it tries tables and keys, so that no agent is the first to see a fault.

gunicorn's master runs this before it forks workers, and closes again what they must not share.
"""

import codecs
from collections.abc import Iterable
from contextvars import copy_context

import structlog
from django.core.cache import caches
from django.db import DatabaseError, connections
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver

from idp import clock
from idp.errors import IdpError
from idp.keys import keyring
from idp.saml import signing_keys
from idp.sql import unprepared
from idp.web import error_views

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


def end_if_unmigrated() -> None:
    """End the process if a migration of this version has not been applied. If the database is away, nobody knows."""
    try:
        unprepared.check_migrations()
    except unprepared.Unmigrated as error:
        log.critical("database_unprepared", remedy=unprepared.remedy(error))
        raise SystemExit(1) from None
    except DatabaseError:
        log.warning("migrations_unknown", exc_info=True)
    finally:
        close_connections()


def close_connections() -> None:
    """Close the database connections and their pools: none may be used on both sides of a fork."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # both backends of ours have one


def import_pages() -> None:
    """Import what is otherwise imported on demand, such as the operators' pages, so that workers share it.

    And what an error page needs, for a process that may open no more files. Django looks for template tags only once,
    and takes those that it cannot read then for missing, as long as the process lives.
    """
    _read(get_resolver().url_patterns)
    copy_context().run(error_views.error_page, HttpRequest(), IdpError())  # its reference is of no line that follows
    codecs.lookup("unicode_escape")  # Django's log of an error
    caches["default"]  # imports Redis's library if configured, without connecting


def _read(addresses: Iterable[URLPattern | URLResolver]) -> None:
    for it in addresses:
        if isinstance(it, URLResolver):
            _read(it.url_patterns)
