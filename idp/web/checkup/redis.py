"""Redis, if configured: whether it answers and accepts writes. Agents can sign in without it."""

from urllib.parse import urlsplit

from redis import RedisError
from redis.connection import ConnectionInterface
from redis.exceptions import (
    AskError,
    AuthenticationError,
    BusyLoadingError,
    ClusterDownError,
    InvalidResponse,
    MasterDownError,
    NoPermissionError,
    ResponseError,
)

from idp.cache import GARBLED, pool
from idp.conf import Conf, sentinels
from idp.web.checkup import processes
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
LOADING_FIX = (
    "Wait until it has read its file. Latchkey needs nothing that is in it: Redis without a file (save '', "
    "appendonly no) serves at once."
)
FULL_FIX = "Let Redis have more connections (maxclients), or end those that other programs leave open."
CLUSTER_FIX = "Name a Redis in REDIS_URL that is not part of a cluster. One is enough, with Sentinel if it may move."
NUMBER_FIX = "Correct the number of the database at the end of REDIS_URL. Each Redis has 0."
TLS_FIX = (
    "If its certificate has expired, renew it. Otherwise compare its name and who issued it with the host and "
    "ssl_ca_certs in REDIS_URL."
)
MORE_FIX = "Set REDIS_URL, so that they count together; or set WEB_CONCURRENCY to 1."
CAUSES: tuple[tuple[tuple[type[RedisError], ...], str, str, str], ...] = (
    ((AuthenticationError, NoPermissionError), "", "refuses our user or password", LOGIN_FIX),
    ((BusyLoadingError,), "", "is still loading its data", LOADING_FIX),
    ((RedisError,), "max number of clients reached", "has no connection left", FULL_FIX),
    ((MasterDownError,), "", "rejects writes", WRITING_FIX),
    ((AskError, ClusterDownError), "", "is part of a cluster", CLUSTER_FIX),
    ((ResponseError,), "SELECT is not allowed in cluster mode", "is part of a cluster", CLUSTER_FIX),
    ((ResponseError,), "DENIED", "accepts only programs of its own computer", OPEN_FIX),
    ((ResponseError,), "DB index is out of range", "has no database of that number", NUMBER_FIX),
    ((ResponseError,), "", "rejects writes", WRITING_FIX),
)
"""What Redis answers, by the library's exceptions and the first words; what it does then, and what helps."""


def check(conf: Conf) -> list[Finding]:
    """Judge the configured Redis by writing a key that expires in a second."""
    if not conf.redis_url:
        return [without(workers)] if (workers := processes.count()) > 1 else []
    try:
        _write(pool(conf.redis_url).make_connection())
    except GARBLED as error:
        return [away(error, _where(conf.redis_url))]
    return [ok(SUBJECT, "Redis answers and accepts writes.")]


def _write(connection: ConnectionInterface) -> None:
    """Write a key. A pool gives up a connection on which Redis says at once why it closes it, and nobody reads why."""
    try:
        connection.connect()  # type: ignore[no-untyped-call]  # the library has no types
        connection.send_command("SET", TRIAL, 1, "EX", 1)  # type: ignore[no-untyped-call]
        if connection.read_response() != b"OK":
            raise InvalidResponse
    finally:
        connection.disconnect()  # type: ignore[no-untyped-call]


def away(error: Exception, where: str) -> Finding:
    """Judge why the write failed. Redis's message may name the user, so it is not repeated."""
    for kinds, words, does, fix in CAUSES:
        if isinstance(error, kinds) and str(error).startswith(words):
            return warning(SUBJECT, f"Redis at {where} {does}, {MEANWHILE}.", fix)
    if "[SSL" in str(error):
        return warning(SUBJECT, f"Redis at {where} and this computer do not agree on TLS, {MEANWHILE}.", TLS_FIX)
    if isinstance(error, InvalidResponse) or not isinstance(error, RedisError | OSError):
        return warning(SUBJECT, f"What answers at {where} is not Redis, {MEANWHILE}.", GARBLED_FIX)
    return warning(SUBJECT, f"Redis at {where} does not answer in time, {MEANWHILE}.", AWAY_FIX)


def without(workers: int) -> Finding:
    """Judge several processes without Redis."""
    return warning(SUBJECT, f"There are {workers} processes and no Redis, {MEANWHILE}.", MORE_FIX)


def _where(url: str) -> str:
    if sentinels.are_named_by(url):
        watched = sentinels.read(url)
        return f"{watched.service}, as sentinels at {', '.join(host for host, _ in watched.sentinels)} say"
    parts = urlsplit(url)
    return parts.path if parts.scheme == "unix" else f"{parts.hostname}, port {parts.port or 6379}"
