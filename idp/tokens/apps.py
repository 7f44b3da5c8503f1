"""Tells Django about this package."""

from django.apps import AppConfig


class TokensConfig(AppConfig):
    """The app `tokens`."""

    name = "idp.tokens"
