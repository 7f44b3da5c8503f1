"""Tells Django about this package."""

from django.apps import AppConfig


class ScimConfig(AppConfig):
    """The app `scim`."""

    name = "idp.scim"
    verbose_name = "Personnel systems"
