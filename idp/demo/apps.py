"""Tells Django about this package."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The app `demo`."""

    name = "idp.demo"
