"""Refuses requests for another host name than ours, of which Django would make links."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

from idp.web.only_read import IN_TEXT


class OwnHostName(CommonMiddleware):
    """Django's middleware, except for monitors.

    Kubernetes, load balancers and Prometheus ask each server or pod by its own address, and many can send no other
    `Host`. Nothing in their answers depends on it.
    """

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """Raise DisallowedHost unless the host name is ours."""
        return None if request.path_info in IN_TEXT else super().process_request(request)
