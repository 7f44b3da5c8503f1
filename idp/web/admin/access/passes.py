"""Passes: they let an agent past the access rules for some hours."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from idp import clock
from idp.agents.models import AccessPass
from idp.login import request_facts
from idp.login.emergency import passes
from idp.web.admin.base.base_admin import BaseAdmin
from idp.web.admin.base.filters import EndedFilter
from idp.web.departments import reach

HOURS = [(1, "1 hour"), (2, "2 hours"), (8, "8 hours"), (24, "24 hours")]


class PassRunning(EndedFilter):
    """Filters passes by whether they were revoked."""

    end_column = "ended_at"


class AgentSelect(AutocompleteSelect):
    """A choice among many agents, which has them searched for."""

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - as its base says
        """Return the chosen agent; nobody if the value is no key of an agent, which the form itself refuses."""
        try:
            return super().optgroups(name, value, attr)
        except ValidationError:
            return super().optgroups(name, [], attr)


class PassForm(forms.ModelForm[AccessPass]):
    """The agent to let in, for how many hours, and why."""

    hours = forms.TypedChoiceField(label="For", choices=HOURS, coerce=int, initial=2)

    class Meta:
        model = AccessPass
        fields = ["agent", "why"]
        widgets = {
            "agent": AgentSelect(AccessPass._meta.get_field("agent"), admin.site),
            "why": forms.TextInput(attrs={"class": "vTextField"}),
        }
        help_texts = {
            "agent": "Access rules and a stop of all sign-ins do not apply to this agent while the pass runs. An "
            "agent who is switched off stays out.",
            "why": "The trail records it.",
        }


@admin.register(AccessPass)
class AccessPassAdmin(BaseAdmin[AccessPass]):
    """Agents who are, or were, let in past the access rules."""

    form = PassForm
    list_display = ["agent", "given_at", "until", "ended_at", "by", "why"]
    list_filter = [PassRunning]
    search_fields = ["agent__full_name", "agent__email", "why"]
    list_select_related = ["agent", "by"]
    actions = ["revoke_chosen"]

    def has_change_permission(self, request: HttpRequest, row: AccessPass | None = None) -> bool:
        """No: a pass is given and revoked, never edited."""
        return row is None and super().has_change_permission(request, row)

    def has_delete_permission(self, _: HttpRequest, __: AccessPass | None = None) -> bool:
        """No: the trail refers to passes."""
        return False

    def save_model(self, request: HttpRequest, obj: AccessPass, form: Any, change: bool) -> None:  # noqa: ANN401, ARG002
        """Give the pass, and record it in the trail."""
        lasts = timedelta(hours=form.cleaned_data["hours"])
        given = passes.give(
            obj.agent,
            lasts,
            reach.operator_of(request),
            obj.why,
            origin=request_facts.origin_of(request),
            now=clock.now(),
        )
        obj.pk = given.pk
        obj.refresh_from_db()

    @admin.action(description="Revoke the chosen passes", permissions=["change"])
    def revoke_chosen(self, request: HttpRequest, chosen: QuerySet[AccessPass]) -> None:
        """Revoke the chosen passes, from the next request on."""
        by, origin, now = reach.operator_of(request), request_facts.origin_of(request), clock.now()
        ended = sum(passes.take_back(it, by, origin, now) for it in chosen.select_related("agent"))
        messages.success(request, f"{ended} revoked. Access rules apply again from the next request on.")
