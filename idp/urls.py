"""Every address of the service."""

from typing import Any

from django.urls import include, path

from idp.web import views
from idp.web.metrics import endpoint


def at_need(module: str, namespace: str | None = None) -> Any:  # noqa: ANN401 - the resolver knows more than its types
    """Include the addresses of a module that is read when somebody first asks for one of them.

    Of all that is here, a silent sign-in needs a fraction. gunicorn's master reads the rest before it forks
    (`web.start_up.import_pages`).
    """
    return module, namespace, namespace


urlpatterns = [
    path("saml/", include("idp.saml.urls")),  # first, since they are tried in order and nothing is asked for so often
    path("", views.start),
    path("help", views.help_page),
    path("login/", at_need("idp.login.urls")),
    path("scim/v2/", at_need("idp.scim.urls")),
    path(".well-known/jwks.json", views.jwks),
    path("admin/", at_need("idp.web.operators.urls", "admin")),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("metrics", endpoint.metrics),
    path("", at_need("idp.web.me.urls")),
    path("", at_need("idp.native.urls")),
]

handler400 = "idp.web.views.bad_request"
handler403 = "idp.web.views.forbidden"
handler404 = "idp.web.views.not_found"
handler500 = "idp.web.views.server_error"
