"""Tells Django about this package."""

from django.apps import AppConfig


class PasskeysConfig(AppConfig):
    """The app `passkeys`."""

    name = "idp.passkeys"
    verbose_name = "Passkeys"
