"""Timeout policies: how long a sign-in is valid."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from idp.native.models import Client, ClientKind
from idp.policies import durations, timeouts
from idp.policies.models import TimeoutPolicy
from idp.saml.models import ServiceProvider
from idp.web.admin.access.timeout_confirmation import ConfirmsTimeouts


class DurationField(forms.CharField):
    """A duration in words, such as "7 days"."""

    def prepare_value(self, value: object) -> object:
        """Return a stored duration in words, and typed text unchanged."""
        return durations.in_words(value) if isinstance(value, timedelta) else value

    def clean(self, value: str | None) -> Any:  # noqa: ANN401 - as its base says
        """Return the duration, or None if the field is empty and may be.

        Raises ValidationError if it is no duration.
        """
        text = super().clean(value)
        try:
            return durations.parse(text) if text else None
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def has_changed(self, initial: object, data: str | None) -> bool:
        """Compare durations, not spellings."""
        try:
            return bool(initial != (durations.parse(data) if data else None))
        except ValueError:
            return True


class TimeoutPolicyForm(forms.ModelForm[TimeoutPolicy]):
    """The three durations of a policy."""

    inactivity = DurationField(
        max_length=60, help_text=f"A sign-in ends this long after it was last used. {durations.HOW}"
    )
    absolute = DurationField(
        max_length=60, help_text="A sign-in ends this long after it began, even while it is in use."
    )
    code_again_after = DurationField(
        label="Code again after",
        max_length=60,
        required=False,
        help_text="Latchkey asks for a code again this long after the last one. If empty, never: a phone in weekly "
        "use needs no more codes.",
    )

    class Meta:
        model = TimeoutPolicy
        fields = ["name", "inactivity", "absolute", "code_again_after"]


@admin.register(TimeoutPolicy)
class TimeoutPolicyAdmin(ConfirmsTimeouts[TimeoutPolicy]):
    """How long a sign-in is valid. The built-in policies can be chosen, but not changed."""

    form = TimeoutPolicyForm
    list_display = ["name", "inactivity_in_words", "absolute_in_words", "code_again_in_words", "built_in"]
    list_filter = ["built_in"]
    search_fields = ["name"]

    def limits_of(self, row: TimeoutPolicy) -> timeouts.TimeoutPolicy:
        """Return the policy's own durations."""
        return row.limits

    def services_of(self, row: TimeoutPolicy) -> list[str]:
        """Return the enabled services and apps that use the policy, as the trail names them."""
        services = ServiceProvider.objects.filter(timeout_policy=row, enabled=True).values_list("slug", flat=True)
        apps = Client.objects.filter(timeout_policy=row, enabled=True, kind=ClientKind.APP)
        return [*services, *(it.service for it in apps)]

    def get_fields(self, request: HttpRequest, policy: TimeoutPolicy | None = None) -> tuple[str, ...]:
        """Return form fields, or the durations in words for an operator who may not change the policy."""
        if policy is not None and not self.has_change_permission(request, policy):
            return ("name", "inactivity_in_words", "absolute_in_words", "code_again_in_words", "built_in")
        return ("name", "inactivity", "absolute", "code_again_after")

    @admin.display(description="ends unused after", ordering="inactivity")
    def inactivity_in_words(self, policy: TimeoutPolicy) -> str:
        """Return the inactivity timeout in words."""
        return durations.in_words(policy.inactivity)

    @admin.display(description="ends in any case after", ordering="absolute")
    def absolute_in_words(self, policy: TimeoutPolicy) -> str:
        """Return the absolute timeout in words."""
        return durations.in_words(policy.absolute)

    @admin.display(description="code again after", ordering="code_again_after")
    def code_again_in_words(self, policy: TimeoutPolicy) -> str:
        """Return the time until another code in words, or "never"."""
        return durations.in_words(policy.code_again_after) if policy.code_again_after else "never"

    def has_change_permission(self, request: HttpRequest, policy: TimeoutPolicy | None = None) -> bool:
        """Built-in policies are read-only."""
        return not (policy and policy.built_in) and super().has_change_permission(request, policy)

    def has_delete_permission(self, request: HttpRequest, policy: TimeoutPolicy | None = None) -> bool:
        """Only a custom policy can be deleted, and only on its own page."""
        return bool(policy and not policy.built_in) and super().has_delete_permission(request, policy)
