"""Tells Django about this package."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The app `audit`."""

    name = "idp.audit"
    verbose_name = "Trail"
