"""Tells Django about this package and about the operators' admin."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class WebConfig(AppConfig):
    """The app `web`."""

    name = "idp.web"

    def ready(self) -> None:
        """Have changes of what operators set up told in the trail."""
        from idp.web import watching  # noqa: PLC0415 - it needs all models

        watching.watch()


class OperatorAdminConfig(admin_apps.AdminConfig):
    """Django's admin behind a password and a second factor."""

    default = False  # this package has an app of its own
    default_site = "idp.web.operator_site.OperatorSite"
