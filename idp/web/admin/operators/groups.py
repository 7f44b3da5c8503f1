"""Groups of rights, for operators who are not superusers."""

import django.contrib.auth.admin  # noqa: F401 - registers the model that is unregistered below
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group, Permission

from idp.web.admin.base.by_superusers import BySuperusers

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
