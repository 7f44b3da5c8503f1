"""Tells Django about this package."""

from django.apps import AppConfig


class BrandingConfig(AppConfig):
    """The app `branding`."""

    name = "idp.branding"
    verbose_name = "Branding"
