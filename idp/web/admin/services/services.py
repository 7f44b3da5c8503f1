"""Service providers: the services that trust Latchkey, and their endpoints."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.forms import BaseFormSet, ModelForm
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from idp import clock
from idp.policies.timeouts import TimeoutPolicy
from idp.saml import signing_keys
from idp.saml.attributes import release_list
from idp.saml.connecting import console, registration
from idp.saml.models import AssertionConsumer, LogoutEndpoint, ReleasedAttribute, ServiceProvider, SubjectName
from idp.web.admin.access.timeout_confirmation import ConfirmsTimeouts
from idp.web.admin.services.service_form import ATTRIBUTES, FIELDSETS, LOGOUT, RESPONSES, ServiceProviderForm
from idp.web.admin.services.service_rows import (
    AssertionConsumerForm,
    AssertionConsumers,
    LogoutEndpointForm,
    LogoutEndpoints,
    ReleasedAttributeForm,
    ReleasedAttributes,
    at_flex,
)
from idp.web.operators import recent_factor

TRUST = {"entity_id", "certificates", "request_signature", "encrypt", "encryption_certificates"}
"""The fields that, with the addresses, decide who is given answers."""
VALUES_TO_ENTER = "Settings at the service"


class AssertionConsumerInline(admin.TabularInline[AssertionConsumer, ServiceProvider]):
    """The inline rows of addresses that receive Responses."""

    model = AssertionConsumer
    form = AssertionConsumerForm
    formset = AssertionConsumers
    extra = 0
    min_num = 1
    validate_min = True
    verbose_name_plural = "addresses that take Responses (ACS)"
    fieldset: ClassVar[str] = RESPONSES


class ReleasedAttributeInline(admin.TabularInline[ReleasedAttribute, ServiceProvider]):
    """The inline rows of attributes that the service receives."""

    model = ReleasedAttribute
    form = ReleasedAttributeForm
    formset = ReleasedAttributes
    extra = 1
    verbose_name_plural = "attributes"
    fieldset: ClassVar[str] = ATTRIBUTES

    def get_extra(self, request: HttpRequest, obj: ServiceProvider | None = None, **kwargs: Any) -> int:
        """Return the number of empty rows: those of the usual attributes for a new service, otherwise one.

        Works without script.
        """
        room = super().get_extra(request, obj, **kwargs)
        return room if obj else len(release_list.BASICS)

    def get_readonly_fields(self, _: HttpRequest, row: ServiceProvider | None = None) -> list[str]:
        """For Flex, show what each attribute becomes there."""
        return ["at_flex"] if row and release_list.rules_of(row.profile).typed else []

    @admin.display(description="In Flex")
    def at_flex(self, row: ReleasedAttribute) -> str:
        """Return what the attribute becomes in Flex."""
        return at_flex(row.line) if row.name else ""


class LogoutEndpointInline(admin.TabularInline[LogoutEndpoint, ServiceProvider]):
    """The inline rows of addresses that receive logout messages."""

    model = LogoutEndpoint
    form = LogoutEndpointForm
    formset = LogoutEndpoints
    extra = 1
    max_num = len(LogoutEndpoint.BINDINGS)
    verbose_name_plural = "logout addresses; leave empty if the service has none"
    fieldset: ClassVar[str] = LOGOUT


@admin.register(ServiceProvider)
class ServiceProviderAdmin(ConfirmsTimeouts[ServiceProvider]):
    """Flex accounts and other services."""

    form = ServiceProviderForm
    inlines = [AssertionConsumerInline, ReleasedAttributeInline, LogoutEndpointInline]
    list_display = ["name", "slug", "enabled", "profile", "timeout_policy", "entity_id"]
    list_filter = ["enabled", "profile", "timeout_policy"]
    search_fields = ["name", "slug", "entity_id", "consumers__url"]
    list_select_related = ["timeout_policy"]

    def limits_of(self, row: ServiceProvider) -> TimeoutPolicy:
        """Return the durations of the service's timeout policy."""
        return row.timeout_policy.limits

    def services_of(self, row: ServiceProvider) -> list[str]:
        """Return this service."""
        return [row.slug]

    def get_fieldsets(self, _: HttpRequest, row: ServiceProvider | None = None) -> list[Any]:
        """Group the fields by what an operator decides.

        A saved service also shows the values to enter on its side.
        """
        shown = {name: {"fields": list(fields), "description": why} for name, (fields, why) in FIELDSETS.items()}
        if row and release_list.rules_of(row.profile).mandatory:
            shown[ATTRIBUTES]["fields"] = [*FIELDSETS[ATTRIBUTES][0], "mandatory_attributes"]
        if row:
            shown[VALUES_TO_ENTER] = {"fields": ["values_to_enter"], "description": ""}
        return list(shown.items())

    def get_readonly_fields(self, _: HttpRequest, row: ServiceProvider | None = None) -> list[str]:
        """The slug is part of addresses and of the trail, so it cannot change."""
        return ["slug", "mandatory_attributes", "values_to_enter"] if row else []

    def get_prepopulated_fields(self, _: HttpRequest, row: ServiceProvider | None = None) -> dict[str, Sequence[str]]:
        """Suggest a slug for a new service."""
        return {} if row else {"slug": ["name"]}

    def get_formset_kwargs(
        self, request: HttpRequest, row: ServiceProvider, inline: InlineModelAdmin[Any, Any], prefix: str
    ) -> dict[str, Any]:
        """Suggest the usual attributes for a new service."""
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, row, inline, prefix)
        if isinstance(inline, ReleasedAttributeInline) and row.pk is None and request.method == "GET":
            kwargs["initial"] = [{"name": line.name, "source": line.source.value} for line in release_list.BASICS]
        return kwargs

    @admin.display(description="Always sent")
    def mandatory_attributes(self, sp: ServiceProvider) -> str:
        """Return the attributes that are always sent."""
        return ", ".join(it.name for it in release_list.rules_of(sp.profile).mandatory)

    @admin.display(description="Values to enter there")
    def values_to_enter(self, sp: ServiceProvider) -> SafeString:
        """Return what to enter at the service, such as in Twilio's Console."""
        rows = console.values_for(sp, clock.now())
        inner = format_html_join("", '<dt>{}</dt><dd><pre translate="no">{}</pre></dd>', rows)
        return format_html("<dl>{}</dl>", inner)

    def save_related(
        self, request: HttpRequest, form: ModelForm[ServiceProvider], formsets: list[BaseFormSet[Any]], change: bool
    ) -> None:
        """Save the addresses too, then warn about what will probably not work.

        A recent code is needed for a new service, and to change where answers go or how the service proves who it is.
        """
        addresses = [it for it in formsets if isinstance(it, AssertionConsumers)]
        if not change:
            recent_factor.require(request, f"register {form.instance} as a service")
        elif any(it.has_changed() for it in addresses) or not TRUST.isdisjoint(form.changed_data):
            recent_factor.require(request, f"change where answers for {form.instance} go, or its certificates")
        super().save_related(request, form, formsets, change)
        signing_keys.ensure(clock.now())  # so that it is published before the first sign-in
        sp = ServiceProvider.objects.get(pk=form.instance.pk)
        for sentence in registration.warnings(sp):
            messages.warning(request, sentence)

    def has_delete_permission(self, request: HttpRequest, row: ServiceProvider | None = None) -> bool:
        """Only a service that received nothing can be deleted: the trail refers to others, and their names stay.

        Disable those.
        """
        received = row is None or row.issued.exists() or SubjectName.objects.filter(service_provider=row).exists()
        return not received and super().has_delete_permission(request, row)
