"""Tells Django about this package."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """The app `audit`."""

    name = "idp.audit"
    verbose_name = "Trail"

    def ready(self) -> None:
        """Have the database guard the trail by itself."""
        from idp.audit import triggers, within  # noqa: F401, PLC0415 - they need the models; a lookup needs no call

        post_migrate.connect(triggers.put_in_place, sender=self)
