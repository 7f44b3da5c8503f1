"""Tells Django about this package."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """The app `webhooks`."""

    name = "idp.webhooks"
    verbose_name = "Webhooks"
