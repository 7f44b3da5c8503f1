"""Every address of the service."""

from typing import Any

from django.urls import include, path

from idp.web import health, public_pages
from idp.web.metrics import endpoint


def lazily(module: str, namespace: str | None = None) -> Any:  # noqa: ANN401 - the resolver knows more than its types
    """Include the addresses of a module that is imported when somebody first requests one of them.

    A silent sign-in needs few modules. The master process of gunicorn imports the rest before it forks
    (`web.start_up.import_pages`).
    """
    return module, namespace, namespace


urlpatterns = [
    path("saml/", include("idp.saml.urls")),  # first: they are tried in order, and these are requested most
    path("", public_pages.start),
    path("help", public_pages.help_page),
    path("login/", lazily("idp.login.urls")),
    path("scim/v2/", lazily("idp.scim.urls")),
    path(".well-known/jwks.json", public_pages.jwks),
    path("admin/", lazily("idp.web.site.urls", "admin")),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", endpoint.metrics),
    path("", lazily("idp.web.me.urls")),
    path("", lazily("idp.native.urls")),
]

handler400 = "idp.web.error_views.bad_request"
handler403 = "idp.web.error_views.forbidden"
handler404 = "idp.web.error_views.not_found"
handler500 = "idp.web.error_views.server_error"
