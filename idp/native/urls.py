"""Addresses for the operator's own apps and back ends."""

from django.urls import path

from idp.native import views
from idp.native.api.application import api

urlpatterns = [
    path("oauth/authorize", views.authorize, name="oauth_authorize"),
    path("oauth/respond/<uuid:flow_id>", views.respond, name="oauth_respond"),
    path("oauth/revoke", views.revoke, name="oauth_revoke"),
    path("oauth/open/<str:secret>", views.open_link),
    path(".well-known/oauth-authorization-server", views.metadata),
    path("api/v1/", api.urls),
]
