"""Tells Django about this package."""

from django.apps import AppConfig


class SamlConfig(AppConfig):
    """The app `saml`."""

    name = "idp.saml"
    verbose_name = "Services (SAML)"

    def ready(self) -> None:
        """Subscribe to ended sign-ins, so that the services they were used for are notified."""
        from idp.saml.logout.participants import on_signed_out  # noqa: PLC0415 - models are not there before
        from idp.sessions.signed_out import signed_out  # noqa: PLC0415

        signed_out.connect(on_signed_out, dispatch_uid="saml.participants")
