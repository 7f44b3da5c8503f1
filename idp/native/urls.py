"""Addresses for the operator's own apps and back ends."""

from django.urls import path

from idp.native import views
from idp.native.api.application import api

urlpatterns = [
    path("oauth/authorize", views.authorize),
    path("oauth/respond/<uuid:flow_id>", views.respond),
    path("oauth/revoke", views.revoke),
    path("oauth/open/<str:secret>", views.open_link),
    path(".well-known/oauth-authorization-server", views.metadata),
    path("api/v1/", api.urls),
]
