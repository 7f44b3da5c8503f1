"""Departments of the contact centre. Access rules refer to them by name, so a change lists the rules it affects."""

from typing import Any

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest

from idp.agents.models import Department
from idp.policies import in_force
from idp.policies.access.conditions import DepartmentIs
from idp.policies.editing import publishing
from idp.web.admin.base.base_admin import BaseAdmin


@admin.register(Department)
class DepartmentAdmin(BaseAdmin[Department]):
    """The departments of the contact centre."""

    list_display = ["name"]
    search_fields = ["name"]

    def save_model(self, request: HttpRequest, obj: Department, form: ModelForm[Department], change: bool) -> None:
        """Save the department, and list the rules that still use its old name."""
        super().save_model(request, obj, form, change)
        had = str(form.initial.get("name", ""))
        if change and had.casefold() != obj.name.casefold():
            _warn_of_rules(request, had)

    def delete_model(self, request: HttpRequest, obj: Department) -> None:
        """Delete the department, and list the rules that match nobody now."""
        super().delete_model(request, obj)
        _warn_of_rules(request, obj.name)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:  # noqa: ANN401 - as its base says
        """Delete several departments, and list the rules of each."""
        gone = [it.name for it in queryset]
        super().delete_queryset(request, queryset)
        for name in gone:
            _warn_of_rules(request, name)


def rules_naming(department: str) -> list[str]:
    """Return the names of the rules, in force or in the draft, that refer to this department."""
    draft = publishing.draft()
    policies = [it for it in (in_force.policy(), draft.policy if draft else None) if it]
    found = {
        rule.name: None
        for policy in policies
        for rule in policy.rules
        for it in rule.conditions
        if isinstance(it, DepartmentIs) and department.casefold() in {name.casefold() for name in it.departments}
    }
    return list(found)


def _warn_of_rules(request: HttpRequest, had: str) -> None:
    if names := rules_naming(had):
        listed = ", ".join(f"“{it}”" for it in names)
        said = f"Access rules still say “{had}”, a department that nobody is in now: {listed}. Change and publish them."
        messages.warning(request, said)
