"""Every address of the service."""

from django.contrib import admin
from django.urls import include, path

from idp.web import me, views

urlpatterns = [
    path("", views.start),
    path("me", me.me),
    path("saml/", include("idp.saml.urls")),
    path("login/", include("idp.login.urls")),
    path(".well-known/jwks.json", views.jwks),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
]

handler400 = "idp.web.views.bad_request"
handler403 = "idp.web.views.forbidden"
handler404 = "idp.web.views.not_found"
handler500 = "idp.web.views.server_error"
