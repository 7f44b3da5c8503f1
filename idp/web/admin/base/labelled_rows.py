"""Rows of a table within a form: the heading of the column is each field's accessible name."""

from typing import TypeVar

from django import forms
from django.db.models import Model

Row = TypeVar("Row", bound=Model)
Of = TypeVar("Of", bound=Model)


class LabelledRows(forms.BaseInlineFormSet[Row, Of, forms.ModelForm[Row]]):
    """A formset whose fields each have a label for screen readers."""

    def add_fields(self, form: forms.ModelForm[Row], index: int | None) -> None:
        """Label each field as the heading of its column does."""
        super().add_fields(form, index)
        for name, field in form.fields.items():
            field.widget.attrs["aria-label"] = field.label or name
