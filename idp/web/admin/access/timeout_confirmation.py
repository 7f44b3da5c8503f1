"""Asks for confirmation before timeouts change: how many agents would need a code now, and who."""

from dataclasses import replace
from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from idp import clock
from idp.policies.timeouts import TimeoutPolicy
from idp.web.admin.access import timeout_effects
from idp.web.admin.access.timeout_effects import Effect
from idp.web.admin.base.base_admin import BaseAdmin
from idp.web.request_fields import hidden_fields

CONFIRMED = "_confirmed"
Row = TypeVar("Row", bound=Model)


class ConfirmsTimeouts(BaseAdmin[Row]):
    """An admin of rows that decide about timeouts. It shows the effect of a change before it saves the change."""

    def limits_of(self, row: Row) -> TimeoutPolicy:
        """Return the timeouts that a row results in."""
        raise NotImplementedError

    def services_of(self, row: Row) -> list[str]:
        """Return the services and apps that use these timeouts, as the trail names them."""
        raise NotImplementedError

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask for confirmation before a change is saved. A new row affects nobody, so it is saved at once."""
        if request.method == "POST" and object_id is not None and CONFIRMED not in request.POST:
            effect = self._effect(request, object_id)
            if effect is not None and effect.devices:
                return self._ask_to_confirm(request, effect)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _effect(self, request: HttpRequest, object_id: str) -> Effect | None:
        """Return the effect of the form, or None if it would not be saved or does not change the timeouts."""
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_change_permission(request, row):
            return None
        before, services = self.limits_of(row), self.services_of(row)
        form = self.get_form(request, row, change=True)(request.POST, instance=row)
        if not form.is_valid():
            return None
        after = self.limits_of(form.instance)
        if replace(before, name="") == replace(after, name=""):
            return None
        return timeout_effects.preview(services, before, after, clock.now())

    def _ask_to_confirm(self, request: HttpRequest, effect: Effect) -> HttpResponse:
        context = {
            **admin.site.each_context(request),
            "title": "Who would need a code",
            "effect": effect,
            "hidden_fields": hidden_fields(request.POST, without=CONFIRMED),
            "confirmed": CONFIRMED,
        }
        return render(request, "admin/timeout_confirmation.html", context)
