"""Tells Django about this package."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PoliciesConfig(AppConfig):
    """The app `policies`, which sees to its built-in rows after each migration."""

    name = "idp.policies"
    verbose_name = "Access and timeouts"

    def ready(self) -> None:
        """Install the built-in timeout policies wherever tables were just made."""
        from idp.policies.models import install_built_in  # noqa: PLC0415 - models load after the apps

        post_migrate.connect(install_built_in, sender=self)
