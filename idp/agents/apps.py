"""Tells Django about this package."""

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    """The app `agents`."""

    name = "idp.agents"
    verbose_name = "People and phones"
