"""Redis, if configured: whether it answers and accepts writes. Agents can sign in without it."""

import os
from urllib.parse import urlsplit

from redis import Redis, RedisError
from redis.exceptions import AuthenticationError, InvalidResponse, NoPermissionError, ResponseError

from idp.cache import GARBLED, pool
from idp.conf import Conf, sentinels
from idp.web.checkup.finding import Finding, ok, warning

SUBJECT = "Redis"
TRIAL = "latchkey:trial"
MEANWHILE = "so each process counts bursts of requests for itself"
AWAY_FIX = (
    "Start Redis, and check host and port in REDIS_URL; or unset REDIS_URL. Meanwhile everybody can still sign in."
)
GARBLED_FIX = "Check host and port in REDIS_URL: another program listens there."
LOGIN_FIX = "Check the user and password in REDIS_URL, and grant that user read and write access to latchkey:*."
WRITING_FIX = (
    "Give Redis more memory or an eviction policy (maxmemory-policy volatile-lru), free its disk if it saves to one, "
    "and do not use a replica."
)
OPEN_FIX = (
    "Give Redis a password (requirepass) and write it into REDIS_URL. In a network that nobody else reaches, "
    "protected-mode no is enough."
)
MORE_FIX = "Set REDIS_URL, so that they count together; or set WEB_CONCURRENCY to 1."


def check(conf: Conf) -> list[Finding]:
    """Judge the configured Redis by writing a key that expires in a second."""
    if not conf.redis_url:
        return [it for it in [without(os.environ.get("WEB_CONCURRENCY", ""))] if it]
    try:
        if Redis(connection_pool=pool(conf.redis_url)).set(TRIAL, 1, ex=1) is not True:
            raise InvalidResponse
    except GARBLED as error:
        return [away(error, _where(conf.redis_url))]
    return [ok(SUBJECT, "Redis answers and accepts writes.")]


def away(error: Exception, where: str) -> Finding:
    """Judge why the write failed. Redis's message may name the user, so it is not repeated."""
    if isinstance(error, AuthenticationError | NoPermissionError):
        return warning(SUBJECT, f"Redis at {where} refuses our user or password, {MEANWHILE}.", LOGIN_FIX)
    if isinstance(error, ResponseError) and str(error).startswith("DENIED"):
        return warning(SUBJECT, f"Redis at {where} accepts only programs of its own computer, {MEANWHILE}.", OPEN_FIX)
    if isinstance(error, ResponseError):
        return warning(SUBJECT, f"Redis at {where} rejects writes, {MEANWHILE}.", WRITING_FIX)
    if isinstance(error, InvalidResponse) or not isinstance(error, RedisError | OSError):
        return warning(SUBJECT, f"What answers at {where} is not Redis, {MEANWHILE}.", GARBLED_FIX)
    return warning(SUBJECT, f"Redis at {where} does not answer in time, {MEANWHILE}.", AWAY_FIX)


def without(workers: str) -> Finding | None:
    """Judge how many processes run without Redis. `workers` is WEB_CONCURRENCY as in the environment."""
    if not workers.isdecimal() or int(workers) <= 1:
        return None
    return warning(SUBJECT, f"There are {workers} processes and no Redis, {MEANWHILE}.", MORE_FIX)


def _where(url: str) -> str:
    if sentinels.are_named_by(url):
        watched = sentinels.read(url)
        return f"{watched.service}, as sentinels at {', '.join(host for host, _ in watched.sentinels)} say"
    parts = urlsplit(url)
    return parts.path if parts.scheme == "unix" else f"{parts.hostname}, port {parts.port or 6379}"
