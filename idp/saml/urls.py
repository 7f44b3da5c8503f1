"""The addresses of the SAML side."""

from django.urls import path

from idp.saml import views
from idp.saml.logout import views as logout_views

urlpatterns = [
    path("sso", views.sso),
    path("metadata", views.metadata),
    path("slo", logout_views.slo),
    path("start/<slug:slug>", views.start, name="saml_start"),
    path("respond/<uuid:flow_id>", views.respond),
]
