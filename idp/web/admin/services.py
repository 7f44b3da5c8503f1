"""Service providers: who trusts us, and where Responses go."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.forms import BaseFormSet, ModelForm
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from idp import clock
from idp.saml import registration
from idp.saml.models import AssertionConsumer, IssuedAssertion, ServiceProvider
from idp.web.admin.reading import ReadOnlyAdmin
from idp.web.admin.service_form import AssertionConsumerForm, AssertionConsumers, ServiceProviderForm


class AssertionConsumerInline(admin.TabularInline[AssertionConsumer, ServiceProvider]):
    """The addresses that take Responses."""

    model = AssertionConsumer
    form = AssertionConsumerForm
    formset = AssertionConsumers
    extra = 0
    min_num = 1
    validate_min = True
    verbose_name_plural = "addresses that take Responses (ACS)"


@admin.register(ServiceProvider)
class ServiceProviderAdmin(admin.ModelAdmin[ServiceProvider]):
    """Flex accounts and other services."""

    form = ServiceProviderForm
    inlines = [AssertionConsumerInline]
    list_display = ["name", "slug", "enabled", "profile", "timeout_policy", "entity_id"]
    list_filter = ["enabled", "profile", "timeout_policy"]
    search_fields = ["name", "slug", "entity_id", "consumers__url"]
    list_select_related = ["timeout_policy"]

    def get_fields(self, _: HttpRequest, row: ServiceProvider | None = None) -> list[Any]:
        """Add, to a service that is there, what its own operators need from us."""
        return [*ServiceProviderForm.Meta.fields, "typed_there"] if row else ServiceProviderForm.Meta.fields

    def get_readonly_fields(self, _: HttpRequest, row: ServiceProvider | None = None) -> list[str]:
        """The short name stands in addresses and in the trail, so it stays."""
        return ["slug", "typed_there"] if row else ["typed_there"]

    def get_prepopulated_fields(self, _: HttpRequest, row: ServiceProvider | None = None) -> dict[str, Sequence[str]]:
        """Suggest a short name for a new service."""
        return {} if row else {"slug": ["name"]}

    @admin.display(description="To be typed there")
    def typed_there(self, sp: ServiceProvider) -> SafeString:
        """Show what to type at the service, such as in Twilio's Console."""
        rows = registration.what_to_type(sp, clock.now())
        inner = format_html_join("", '<dt>{}</dt><dd><pre translate="no">{}</pre></dd>', rows)
        return format_html('<dl class="typed-there">{}</dl>', inner)

    def save_related(
        self, request: HttpRequest, form: ModelForm[ServiceProvider], formsets: list[BaseFormSet[Any]], change: bool
    ) -> None:
        """Save the addresses too, then say what will probably not work."""
        super().save_related(request, form, formsets, change)
        sp = ServiceProvider.objects.get(pk=form.instance.pk)
        for sentence in registration.warnings(sp):
            messages.warning(request, sentence)

    def has_delete_permission(self, request: HttpRequest, row: ServiceProvider | None = None) -> bool:
        """A service that was answered stays in the trail; switch it off instead."""
        return bool(row and not row.issued.exists()) and super().has_delete_permission(request, row)


@admin.register(IssuedAssertion)
class IssuedAssertionAdmin(ReadOnlyAdmin[IssuedAssertion]):
    """What left this house."""

    list_display = ["issued_at", "service_provider", "agent", "assertion_id", "session_index"]
    list_filter = ["service_provider", "issued_at"]
    search_fields = ["assertion_id", "request_id", "session_index", "agent__full_name", "agent__email"]
    list_select_related = ["service_provider", "agent"]
