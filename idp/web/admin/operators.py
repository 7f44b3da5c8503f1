"""Operators' second factors, whose keys are never shown, and groups of rights."""

from typing import Any, TypeVar

import django.contrib.auth.admin  # noqa: F401 - they register models that are unregistered below
import django_otp.plugins.otp_static.admin
import django_otp.plugins.otp_totp.admin  # noqa: F401 - as above
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Model
from django.http import HttpRequest
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp.web.admin.base_admin import BaseAdmin
from idp.web.admin.hidden_columns import HidesColumns
from idp.web.departments import reach

Row = TypeVar("Row", bound=Model)

for model in (TOTPDevice, StaticDevice, Group):
    admin.site.unregister(model)


@admin.register(TOTPDevice)
class AuthenticatorAppAdmin(HidesColumns[Any]):
    """An authenticator app. It can be seen, and removed when it is lost."""

    hidden_columns = frozenset({"key"})

    list_display = ["user", "name", "confirmed", "created_at", "last_used_at"]
    list_filter = ["confirmed"]
    list_select_related = ["user"]
    search_fields = ["user__full_name", "user__email"]
    fields = ["user", "name", "confirmed", "created_at", "last_used_at"]

    def has_add_permission(self, _: HttpRequest) -> bool:
        """No: operators register their apps themselves."""
        return False

    def has_change_permission(self, _: HttpRequest, __: Device | None = None) -> bool:
        """No: nobody changes an authenticator app."""
        return False

    def has_delete_permission(self, request: HttpRequest, _: Device | None = None) -> bool:
        """Only superusers remove a lost app; `add_operator` then makes a new link."""
        return reach.gives_rights(request.user)


class GroupForm(forms.ModelForm[Group]):
    """A group, with rights to tick."""

    permissions = forms.ModelMultipleChoiceField(
        label="Rights",
        queryset=Permission.objects.select_related("content_type"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Group
        fields = ["name", "permissions"]


class BySuperusers(BaseAdmin[Row]):
    """Rows that say what operators may do. Only superusers change them."""

    def has_change_permission(self, request: HttpRequest, _: Row | None = None) -> bool:
        """Only superusers grant rights."""
        return reach.gives_rights(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """As for changing."""
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, _: Row | None = None) -> bool:
        """As for changing."""
        return self.has_change_permission(request)


@admin.register(Group)
class GroupAdmin(BySuperusers[Group]):
    """Rights of operators who are not superusers."""

    form = GroupForm
    list_display = ["name"]
    search_fields = ["name"]
    ordering = ["name"]
