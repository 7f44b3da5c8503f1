"""Sign-outs that services had to be told of, and what became of that."""

from django.contrib import admin

from idp.saml.models import LogoutNotice
from idp.web.admin.long_lists import OfFirstServices
from idp.web.admin.read_only import ReadOnlyAdmin


@admin.register(LogoutNotice)
class LogoutNoticeAdmin(ReadOnlyAdmin[LogoutNotice]):
    """Who was told that whose sign-in is over, how, and what they said."""

    list_display = ["made_at", "service_provider", "agent", "device", "channel", "outcome", "tries", "detail"]
    list_filter = ["outcome", "channel", ("service_provider", OfFirstServices)]
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
    kept_back = frozenset({"name_id"})
