"""Tells Django about this package."""

from django.apps import AppConfig


class NativeConfig(AppConfig):
    """The app `native`."""

    name = "idp.native"
    verbose_name = "Own apps and back ends"
