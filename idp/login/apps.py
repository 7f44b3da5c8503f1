"""Tells Django about this package."""

from django.apps import AppConfig


class LoginConfig(AppConfig):
    """The app `login`."""

    name = "idp.login"
