"""Tells Django about this package."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class AgentsConfig(AppConfig):
    """The app `agents`."""

    name = "idp.agents"
    verbose_name = "People and phones"

    def ready(self) -> None:
        """Create the triggers that count devices and agents."""
        from idp.agents import counts  # noqa: PLC0415 - it needs the models

        pre_migrate.connect(counts.put_away_on_sqlite, sender=self)
        post_migrate.connect(counts.put_in_place, sender=self)
