"""Limits the requests of one address within a minute, before anything else is done for it.

The count is kept in Redis for all processes, and in each process. If Redis is flushed or unreachable, the limit applies
to each process. Limits over a longer time, or about a person, are kept in the database.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.conf import settings
from django.core.cache import BaseCache, caches
from django.http import HttpRequest, HttpResponse

from idp import clock
from idp.bearer_secrets import keyed_hash
from idp.errors import IdpError
from idp.login import request_facts
from idp.networks import network_of
from idp.web.error_views import refused
from idp.wording import for_agents

MINUTE = 60
FREE = ("/saml/", "/api/", "/scim/", "/oauth/open/", "/healthz", "/readyz", "/metrics", "/.well-known/")
"""Paths without the limit: for machines, and for signed-in phones, many of which share an address as a shift begins."""


class TooManyRequests(IdpError):
    """An address sent too many requests within a minute."""

    code = "too_many_requests"
    status = 429
    sentence = for_agents("Too many requests from your network.")
    for_programs = "Too many requests from your network within a minute. Wait the seconds in the header Retry-After."
    advice = for_agents("Wait a minute, then reload this page. Phones that are already signed in keep working.")

    def __init__(self, detail: str, seconds: int) -> None:
        super().__init__(detail)
        self.seconds = seconds

    def headers(self) -> Mapping[str, str]:
        """Return when the next minute begins."""
        return {"Retry-After": str(self.seconds)}


def limit_bursts(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 429 to an address that sent more requests within this minute than the settings allow."""

    def middleware(request: HttpRequest) -> HttpResponse:
        most = settings.LATCHKEY.requests_a_minute
        if most and not request.path.startswith(FREE):
            now = clock.now()
            if count(request_facts.address_of(request), now) > most:
                return refused(request, TooManyRequests(f"over {most} a minute", MINUTE - now.second))
        return get_response(request)

    return middleware


def count(address: str | None, now: datetime) -> int:
    """Count a request of an address, and return its number within this minute, as far as this process knows."""
    key = keyed_hash("burst", f"{network_of(address)} {now:%H:%M}")
    counters = [caches["own"], *([caches["default"]] if settings.LATCHKEY.redis_url else ())]
    return max(_count(it, key) for it in counters)


def _count(counters: BaseCache, key: str) -> int:
    """Increment or begin a count; two requests that begin at once are both counted. An unreachable Redis gives 0."""
    for _again in range(2):
        try:
            return counters.incr(key)
        except ValueError:
            if counters.add(key, 1, timeout=2 * MINUTE):
                return 1
    return 0
