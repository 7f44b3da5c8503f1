"""Tells Django about this package."""

from django.apps import AppConfig


class ImportingConfig(AppConfig):
    """The app `importing`."""

    name = "idp.importing"
