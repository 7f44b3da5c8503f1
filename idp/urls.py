"""Every address of the service."""

from typing import Any

from django.urls import include, path

from idp.web import views
from idp.web.metrics import endpoint


def lazily(module: str, namespace: str | None = None) -> Any:  # noqa: ANN401 - the resolver knows more than its types
    """Include the addresses of a module that is imported when somebody first requests one of them.

    A silent sign-in needs few modules. The master process of gunicorn imports the rest before it forks
    (`web.start_up.import_pages`).
    """
    return module, namespace, namespace


urlpatterns = [
    path("saml/", include("idp.saml.urls")),  # first: they are tried in order, and these are requested most
    path("", views.start),
    path("help", views.help_page),
    path("login/", lazily("idp.login.urls")),
    path("scim/v2/", lazily("idp.scim.urls")),
    path(".well-known/jwks.json", views.jwks),
    path("admin/", lazily("idp.web.operators.urls", "admin")),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("metrics", endpoint.metrics),
    path("", lazily("idp.web.me.urls")),
    path("", lazily("idp.native.urls")),
]

handler400 = "idp.web.views.bad_request"
handler403 = "idp.web.views.forbidden"
handler404 = "idp.web.views.not_found"
handler500 = "idp.web.views.server_error"
