"""Health checks, for load balancers and monitors."""

import structlog
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from idp import clock
from idp.audit import upkeep
from idp.saml import signing_keys
from idp.sql import unprepared
from idp.sql.writable import takes_writes
from idp.web.only_read import only_read

log = structlog.get_logger(__name__)


@only_read
def healthz(_: HttpRequest) -> HttpResponse:
    """Answer that the process is alive."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@only_read
def readyz(_: HttpRequest) -> JsonResponse:
    """Answer whether agents can be served.

    The database must have the tables of this version, take writes and not be damaged, and every key in use must exist
    and sign. Redis is reported too, if there is one; agents can be served without it. Each request has the trail sealed
    in the background.
    """
    try:
        now = clock.now()
        unprepared.check_migrations()
        signing_keys.ensure(now)
        signing_keys.try_out(now)
        ready = takes_writes(connection) and not unprepared.FOUND_DAMAGED.is_set()
    except Exception as error:  # noqa: BLE001 - any failure means that this node cannot serve
        if remedy := unprepared.remedy(error):
            log.error("database_unprepared", remedy=remedy)  # noqa: TRY400 - monitors ask every few seconds
        ready = False
    if not ready:
        return JsonResponse({"ready": False}, status=503)
    upkeep.sealing.dispatch()
    return JsonResponse({"ready": True, **_redis()})


def _redis() -> dict[str, bool]:
    if not settings.LATCHKEY.redis_url:
        return {}
    from idp import cache  # noqa: PLC0415 - its library is large, and needed only with Redis

    return {"redis": cache.answers()}
