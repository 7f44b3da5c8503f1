"""Operators' authenticator apps. Their keys are never shown."""

from typing import Any

import django_otp.plugins.otp_static.admin
import django_otp.plugins.otp_totp.admin  # noqa: F401 - as above
from django.contrib import admin
from django.http import HttpRequest
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp.web.admin.base.hidden_columns import HidesColumns
from idp.web.departments import reach

for model in (TOTPDevice, StaticDevice):
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
        return reach.may_grant_rights(request.user)
