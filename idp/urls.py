"""Every address of the service."""

from django.contrib import admin
from django.urls import include, path

from idp.web import me, me_factors, me_passkeys, me_reports, me_sign_in, views
from idp.web.metrics import door

urlpatterns = [
    path("saml/", include("idp.saml.urls")),  # first, since they are tried in order and nothing is asked for so often
    path("", views.start),
    path("help", views.help_page),
    path("me", me.me),
    path("me/authenticator", me_factors.authenticator),
    path("me/recovery-codes", me_factors.sheet),
    path("me/passkeys", me_passkeys.passkeys),
    path("me/sign-in", me_sign_in.begin),
    path("me/sign-in/<uuid:flow_id>", me_sign_in.end),
    path("me/not-me", me_reports.not_me),
    path("login/", include("idp.login.urls")),
    path("", include("idp.native.urls")),
    path("scim/v2/", include("idp.scim.urls")),
    path(".well-known/jwks.json", views.jwks),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("metrics", door.metrics),
]

handler400 = "idp.web.views.bad_request"
handler403 = "idp.web.views.forbidden"
handler404 = "idp.web.views.not_found"
handler500 = "idp.web.views.server_error"
