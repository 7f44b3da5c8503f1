"""Logout messages that Latchkey owes to services, and their outcome."""

from django.contrib import admin

from idp.saml.models import LogoutNotice
from idp.web.admin.base.filters import ServiceFilter
from idp.web.admin.base.read_only import ReadOnlyAdmin


@admin.register(LogoutNotice)
class LogoutNoticeAdmin(ReadOnlyAdmin[LogoutNotice]):
    """Each sign-out that a service had to be notified of: by which channel, and its answer."""

    list_display = ["made_at", "service_provider", "agent", "device", "channel", "outcome", "tries", "detail"]
    list_filter = ["outcome", "channel", ("service_provider", ServiceFilter)]
    search_fields = ["agent__full_name", "agent__email", "request_id", "service_provider__name"]
    list_select_related = ["service_provider", "agent", "device"]
    fields = [
        "made_at",
        "service_provider",
        "agent",
        "device",
        "channel",
        "outcome",
        "tries",
        "detail",
        "reason",
        "next_try_at",
        "closed_at",
    ]
    hidden_columns = frozenset({"name_id"})
