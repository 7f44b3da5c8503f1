"""The addresses of the login's pages."""

from django.urls import path

from idp.login.pages import passkey_offer, views

urlpatterns = [
    path("<uuid:flow_id>", views.step),
    path("<uuid:flow_id>/passkey", passkey_offer.offer),
]
