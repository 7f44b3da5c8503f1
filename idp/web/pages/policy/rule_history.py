"""The history of a rule in the admin: what a saved list changed about it."""

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest

from idp.policies.editing.differences import Change, differences
from idp.policies.editing.sheet import Sheet, shown
from idp.policies.models import AccessRule


def record(admin: ModelAdmin[AccessRule], request: HttpRequest, before: Sheet, after: Sheet) -> None:
    """Record the differences between two lists, each in its rule's own history."""
    now = shown()
    for it in differences(before.policy, after.policy):
        row = now.row(it.key) or before.row(it.key)
        if row is None:
            continue
        if it.change is Change.ADDED:
            admin.log_addition(request, row, it.sentence)
        else:
            admin.log_change(request, row, it.sentence)
