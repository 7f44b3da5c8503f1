"""Rows of a table within a form, where a heading stands above each field and no label beside it."""

from typing import TypeVar

from django import forms
from django.db.models import Model

Row = TypeVar("Row", bound=Model)
Of = TypeVar("Of", bound=Model)


class LabelledRows(forms.BaseInlineFormSet[Row, Of, forms.ModelForm[Row]]):
    """The rows of something. Each field has a label for those who hear the page."""

    def add_fields(self, form: forms.ModelForm[Row], index: int | None) -> None:
        """Say in each field what the heading above it says."""
        super().add_fields(form, index)
        for name, field in form.fields.items():
            field.widget.attrs["aria-label"] = field.label or name
