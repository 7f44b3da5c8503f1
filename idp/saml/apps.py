"""Tells Django about this package."""

from django.apps import AppConfig


class SamlConfig(AppConfig):
    """The app `saml`."""

    name = "idp.saml"
    verbose_name = "Services (SAML)"
