"""Groups of rights, for operators who are not superusers."""

import django.contrib.auth.admin  # noqa: F401 - registers the model that is unregistered below
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.http import HttpRequest

from idp.web.admin.base.by_superusers import BySuperusers
from idp.web.operators import recent_factor

admin.site.unregister(Group)


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


@admin.register(Group)
class GroupAdmin(BySuperusers[Group]):
    """Rights of operators who are not superusers."""

    form = GroupForm
    list_display = ["name"]
    search_fields = ["name"]
    ordering = ["name"]

    def save_model(self, request: HttpRequest, obj: Group, form: forms.ModelForm[Group], change: bool) -> None:
        """Save the group. Other rights need a recent code."""
        if "permissions" in form.changed_data:
            recent_factor.require(request, f"change the rights of the group {obj}")
        super().save_model(request, obj, form, change)
