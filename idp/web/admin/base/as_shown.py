"""Notices that a row has changed since an operator opened its page.

A form sends every field. Without this check, a page that was left open would undo what somebody else did meanwhile:
switch a leaver on again, or bring back a stolen number.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.forms import BaseForm, BaseFormSet

from idp.bearer_secrets import keyed_hash

FIELD = "_as_shown"
"""The hidden field with the digest of the values that the page shows."""
CHANGED = (
    "Nothing was saved: {} has changed since you opened this page. Check the current values below, and make your "
    "change again."
)


def digest(form: BaseForm, formsets: Iterable[BaseFormSet[Any]]) -> str:
    """Return a digest of the stored values in a form, and of those in the rows below it."""
    forms = [form, *(row for formset in formsets for row in formset.initial_forms)]
    return keyed_hash("as shown", repr([_stored(it) for it in forms]))


def _stored(form: BaseForm) -> list[tuple[str, str]]:
    values = ((name, it.prepare_value(form.get_initial_for_field(it, name))) for name, it in form.fields.items())
    return [(name, _text(value)) for name, value in values]


def _text(value: object) -> str:
    """Return a value as text. Several values have no order: the database may return them in another."""
    return str(sorted(map(str, value))) if isinstance(value, list | tuple | set | QuerySet) else str(value)
