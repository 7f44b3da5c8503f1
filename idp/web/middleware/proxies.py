"""A reverse proxy that the settings do not mention."""

from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger(__name__)


class UntrustedProxyWarning:
    """Warns once per process if a proxy sends X-Forwarded-Proto and the settings trust none: every form would fail."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if settings.LATCHKEY.trusted_proxies or not settings.LATCHKEY.https:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.warned = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look for the header until it has been seen once."""
        if not self.warned and "HTTP_X_FORWARDED_PROTO" in request.META:
            self.warned = True
            log.warning("unheeded_proxy", advice="Set LATCHKEY_TRUSTED_PROXIES to the number of proxies before us.")
        return self.get_response(request)
