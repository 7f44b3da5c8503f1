"""Registers this package with Django."""

from django.apps import AppConfig


class LoginConfig(AppConfig):
    """The Django app `login`."""

    name = "idp.login"
