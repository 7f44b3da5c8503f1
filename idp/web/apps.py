"""Registers this package and the operators' admin with Django."""

from typing import Any

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.contrib.admin import autodiscover
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks, signals
from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.db import close_old_connections, reset_queries
from django.http import response

from idp.sql import former_migrations
from idp.web.headers import Headers


class WebConfig(AppConfig):
    """The Django app `web`."""

    name = "idp.web"

    def ready(self) -> None:
        """Record changed settings in the trail, and disconnect those signal handlers of Django that do nothing here."""
        from idp.web.trail import row_changes  # noqa: PLC0415 - it needs all models

        row_changes.watch()
        checks.register(former_migrations.check, checks.Tags.database)
        response.ResponseHeaders = Headers  # type: ignore[misc]
        signals.request_started.disconnect(reset_queries)  # queries are recorded in debug mode only
        signals.request_started.disconnect(close_old_connections)  # connections are checked after each request
        signals.request_finished.disconnect(close_caches)  # neither of our caches has anything to close
        signals.request_finished.disconnect(reset_urlconf)  # there is only one URLconf


class OperatorAdminConfig(admin_apps.SimpleAdminConfig):
    """Django's admin, behind a password and a second factor. `site.urls` loads its pages."""

    default = False  # this package has an app of its own
    default_site = "idp.web.site.operator_site.OperatorSite"

    def ready(self) -> None:
        """Load all admin pages before Django checks them."""
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(_check_all_pages, checks.Tags.admin)


def _check_all_pages(**what: Any) -> list[checks.CheckMessage]:
    autodiscover()
    return list(check_admin_app(**what))
