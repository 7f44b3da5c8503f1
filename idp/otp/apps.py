"""Tells Django about this package."""

from django.apps import AppConfig


class OtpConfig(AppConfig):
    """The app `otp`."""

    name = "idp.otp"
    verbose_name = "Codes"
