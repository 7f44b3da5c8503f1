"""Assertions that Latchkey issued to services."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from idp.saml.models import IssuedAssertion
from idp.web.admin.base.filters import ServiceFilter
from idp.web.admin.base.long_lists import LongList
from idp.web.admin.base.read_only import ReadOnlyAdmin


@admin.register(IssuedAssertion)
class IssuedAssertionAdmin(ReadOnlyAdmin[IssuedAssertion], LongList[IssuedAssertion]):
    """Each Assertion: when, for whom, and a link to the page that explains it."""

    list_display = ["issued_at", "service_provider", "agent", "encrypted", "sent_link"]
    list_filter = [("service_provider", ServiceFilter), "issued_at"]
    search_fields = [
        "assertion_id",
        "request_id",
        "session_index",
        "agent__full_name",
        "agent__email",
        "service_provider__name",
    ]
    list_select_related = ["service_provider", "agent"]
    readonly_fields = ["sent_link"]
    exclude = ["name_id"]  # personal: shown by the linked page, which records it
    hidden_columns = frozenset({"name_id", "response"})

    @admin.display(description="what was sent")
    def sent_link(self, issued: IssuedAssertion) -> SafeString:
        """Return a link to the page that explains the Response."""
        return format_html('<a href="{}">What was sent</a>', reverse("admin:answer", args=[issued.pk]))
