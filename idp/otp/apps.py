"""Tells Django about this package."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class OtpConfig(AppConfig):
    """The app `otp`."""

    name = "idp.otp"
    verbose_name = "Codes"

    def ready(self) -> None:
        """Create the trigger that counts each day's texts and calls."""
        from idp.otp.limits import todays_sends  # noqa: PLC0415 - it needs the models

        pre_migrate.connect(todays_sends.put_away_on_sqlite, sender=self)
        post_migrate.connect(todays_sends.put_in_place, sender=self)
