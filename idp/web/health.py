"""Health checks, for load balancers and monitors."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from idp import clock
from idp.audit import background
from idp.saml import signing_keys
from idp.sql.writable import takes_writes


@require_safe
def healthz(_: HttpRequest) -> HttpResponse:
    """Answer that the process is alive."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(_: HttpRequest) -> JsonResponse:
    """Answer whether agents can be served: the database takes writes, and every key in use exists and signs.

    It also reports Redis, if there is one; agents can be served without it. Each request has the trail sealed in the
    background.
    """
    try:
        now = clock.now()
        signing_keys.ensure(now)
        signing_keys.try_out(now)
        ready = takes_writes()
    except Exception:  # noqa: BLE001 - any failure means that this node cannot serve
        ready = False
    if not ready:
        return JsonResponse({"ready": False}, status=503)
    background.sealing.dispatch()
    return JsonResponse({"ready": True, **_redis()})


def _redis() -> dict[str, bool]:
    if not settings.LATCHKEY.redis_url:
        return {}
    from idp import cache  # noqa: PLC0415 - its library is large, and needed only with Redis

    return {"redis": cache.answers()}
