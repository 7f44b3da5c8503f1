"""Tells Django about this package."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PoliciesConfig(AppConfig):
    """The app `policies`. After each migration it installs the first policies where they are missing."""

    name = "idp.policies"
    verbose_name = "Access and timeouts"

    def ready(self) -> None:
        """Install the built-in timeout policies and the first access policy after `migrate`."""
        from idp.policies.installing import install  # noqa: PLC0415 - models load after the apps

        post_migrate.connect(install, sender=self)
