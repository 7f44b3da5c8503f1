"""`/metrics`: answers requests with the token from the settings. Without a token in the settings it does not exist."""

import tomllib
from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from idp import clock, conf
from idp.audit import upkeep
from idp.bearer_secrets import same
from idp.errors import IdpError
from idp.web.metrics import timing
from idp.web.metrics.facts import Facts, Gauges, gauge
from idp.web.only_read import only_read


class MonitorsOnly(IdpError):
    """The request did not present the token (RFC 6750 section 3)."""

    code = "monitors_only"
    status = 401
    sentence = "This address is for monitors."
    for_programs = "The token is missing or wrong. Send that of LATCHKEY_METRICS_TOKEN as Authorization: Bearer TOKEN."
    advice = "If you run this site, see how it is watched in its documents."

    def headers(self) -> Mapping[str, str]:
        """Return the authentication scheme."""
        return {"WWW-Authenticate": 'Bearer realm="metrics"'}


class Installation(Collector):
    """Metrics that need no database: the version, and whether Redis answers if there is one."""

    def collect(self) -> Gauges:
        """Yield the metrics. Asking Redis takes at most a tenth of a second."""
        about = GaugeMetricFamily("latchkey_build_info", "The version that runs.", labels=["version"])
        about.add_metric([version()], 1)
        yield about
        if settings.LATCHKEY.redis_url:
            from idp import cache as shared  # noqa: PLC0415 - its library is large, and needed only with Redis

            yield gauge("latchkey_redis_reachable", "1 if Redis takes writes.", shared.answers())


@only_read
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus' text format, and have the trail sealed in the background.

    Raises Http404 if the settings name no token, and MonitorsOnly if the request does not present it.
    """
    token = settings.LATCHKEY.metrics_token.get_secret_value()
    if not token:
        raise Http404
    if not same(_shown(request), token):
        raise MonitorsOnly("the token is wrong or missing")
    upkeep.sealing.dispatch()
    read = CollectorRegistry()
    read.register(Installation())
    read.register(Facts(clock.now()))
    body = generate_latest(read) + generate_latest(timing.counted())
    return HttpResponse(body, content_type=CONTENT_TYPE_PLAIN_0_0_4)


@cache
def version() -> str:
    """Return the version of this code."""
    read = tomllib.loads((conf.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(read["project"]["version"])


def _shown(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
