"""The form of a condition. Its fields are derived from the condition's dataclass."""

from datetime import time
from typing import Any

from django import forms

from idp.policies.access.conditions import KINDS, Condition, field_types, from_json, to_json
from idp.web.pages.policy.condition_fields import NEGATIONS, department_choices, form_field


class ConditionForm(forms.Form):
    """A condition of a rule. Its kind is fixed."""

    def __init__(self, tag: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tag, self.kind = tag, KINDS[tag]
        for name in sorted(field_types(self.kind), key=lambda it: it not in NEGATIONS):
            self.fields[name] = form_field(tag, name, field_types(self.kind)[name])
        self._keep_departments()
        self.condition: Condition | None = None

    def _keep_departments(self) -> None:
        """Offer deleted departments that a rule still names, so that an edit does not lose them."""
        field = self.fields.get("departments")
        if isinstance(field, forms.MultipleChoiceField):
            value = self["departments"].value() or []
            known = [it for it, _ in department_choices()]
            field.choices = [*department_choices(), *((it, it) for it in value if it not in known)]

    @property
    def text(self) -> str:
        """The text to look for, as typed; empty for conditions without one."""
        return str(self["text"].value() or "") if "text" in self.fields else ""

    @property
    def label(self) -> str:
        """The name of the condition's kind."""
        return self.kind.label

    def clean(self) -> dict[str, Any]:
        """Make the condition. An error of its dataclass is added to the field that it is about."""
        data = self.cleaned_data
        if self.errors:
            return data
        stored = {"kind": self.tag} | {name: _stored(name, value) for name, value in data.items()}
        try:
            self.condition = from_json(stored)
        except (TypeError, ValueError) as error:
            message = str(error)
            self.add_error(_field_with_error(message, list(data)), f"{message[:1].upper()}{message[1:]}.")
        return data


def form_of(condition: Condition, prefix: str) -> ConditionForm:
    """Return the form that shows a condition."""
    shown = to_json(condition)
    tag = shown.pop("kind")
    initial = {name: ("yes" if value else "") if name in NEGATIONS else value for name, value in shown.items()}
    return ConditionForm(tag, prefix=prefix, initial=initial)


def _stored(name: str, value: object) -> object:
    if name in NEGATIONS:
        return value == "yes"
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value


def _field_with_error(message: str, names: list[str]) -> str:
    """Return the field that an error is about: the time zone if it says so, otherwise the first that is no negation."""
    if "zone" in names and "zone" in message:
        return "zone"
    return next((it for it in names if it not in NEGATIONS), names[0])
