"""Tells Django about this package."""

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """The app `keys`."""

    name = "idp.keys"
