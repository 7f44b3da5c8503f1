"""Tells Django about this package."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class VersionsConfig(AppConfig):
    """The app `versions`."""

    name = "idp.versions"

    def ready(self) -> None:
        """Install the triggers that report changes of configuration."""
        from idp.versions import triggers  # noqa: PLC0415 - it needs the models

        pre_migrate.connect(triggers.put_away, sender=self)
        post_migrate.connect(triggers.put_in_place, sender=self)
