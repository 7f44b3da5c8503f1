"""The form of a rule: its name, effect and services, and its conditions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.http import QueryDict

from idp.native.models import Client, ClientKind
from idp.policies.access import conditions
from idp.policies.access.conditions import KINDS
from idp.policies.access.rules import Mode
from idp.policies.editing.policy_file import LONGEST_MESSAGE, LONGEST_NAME, reads_as_written
from idp.policies.models import AccessRule
from idp.policies.models.revision import EFFECTS, MODES
from idp.saml.models import ServiceProvider
from idp.web.pages.policy.condition_form import ConditionForm, form_of

MOST_CONDITIONS = 20
REVERSES_TEXT = "Remove the character that reverses the direction of the text."


def read_as_written(text: str) -> None:
    """Reject text with characters that change the direction of the sentence around it."""
    if not reads_as_written(text):
        raise forms.ValidationError(REVERSES_TEXT)


class RuleForm(forms.Form):
    """A rule without its conditions."""

    name = forms.CharField(
        max_length=LONGEST_NAME,
        validators=[read_as_written],
        help_text="What the trail shows when this rule decides.",
    )
    mode = forms.ChoiceField(
        choices=MODES,
        initial=Mode.WATCH.value,
        help_text="Watch only refuses nobody. The trail shows what the rule would have done.",
    )
    effect = forms.ChoiceField(choices=EFFECTS, initial="deny", label="What it does")
    scope = forms.MultipleChoiceField(
        required=False,
        label="At these services only",
        widget=forms.CheckboxSelectMultiple,
        help_text="If none is ticked, the rule applies to all services, including those added later.",
    )
    message = forms.CharField(
        max_length=LONGEST_MESSAGE,
        validators=[read_as_written],
        required=False,
        label="What a refused agent reads",
        help_text="If empty, a standard sentence about the phone.",
    )

    def __init__(self, *args: Any, former_scope: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = dict(services())
        removed = [(it, f"{it} (gone)") for it in former_scope if it not in known]
        scope: Any = self.fields["scope"]
        scope.choices = [*known.items(), *removed]


@dataclass
class RuleForms:
    """The forms of a rule and its conditions: unsaved, and perhaps incomplete. `row` is the rule that was opened."""

    row: AccessRule
    head: RuleForm
    conditions: list[ConditionForm]

    @classmethod
    def of(cls, row: AccessRule) -> Self:
        """Return the forms that show a rule."""
        initial = {name: getattr(row, name) for name in ("name", "mode", "effect", "scope", "message")}
        shown = row.condition_values if row.readable else ()
        condition_forms = [form_of(it, f"c{at}") for at, it in enumerate(shown)]
        return cls(row, RuleForm(initial=initial, former_scope=row.scope), condition_forms)

    @classmethod
    def posted(cls, row: AccessRule, data: QueryDict) -> Self:
        """Return the forms as posted."""
        condition_forms = [ConditionForm(tag, data, prefix=prefix) for prefix, tag in _prefixes(data)]
        return cls(row, RuleForm(data, former_scope=row.scope), condition_forms)

    def add(self, tag: str) -> None:
        """Add an empty condition."""
        taken = {it.prefix for it in self.conditions}
        free = next(it for it in (f"c{at}" for at in range(MOST_CONDITIONS + 1)) if it not in taken)
        if tag in KINDS and len(self.conditions) < MOST_CONDITIONS:
            self.conditions.append(ConditionForm(tag, prefix=free))

    def remove(self, prefix: str) -> None:
        """Remove a condition."""
        self.conditions = [it for it in self.conditions if it.prefix != prefix]

    @property
    def entered_rule(self) -> AccessRule | None:
        """The rule that the form describes, or None while it has errors. Unreadable conditions stay unchanged."""
        valid = [self.head.is_valid(), *(it.is_valid() for it in self.conditions)]
        if not all(valid):
            return None
        entered = [conditions.to_json(it.condition) for it in self.conditions if it.condition]
        stored = entered if self.row.readable else self.row.conditions
        return AccessRule(pk=self.row.pk, key=self.row.key, conditions=stored, **self.head.cleaned_data)

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """The errors: the field's ID, its label, and a sentence."""
        forms_in_order: list[forms.Form] = [self.head, *self.conditions]
        return [
            (form[name].id_for_label or form[name].auto_id, str(form[name].label), sentence)
            for form in forms_in_order
            for name, sentences in form.errors.items()
            for sentence in map(str, sentences)
        ]


def services() -> list[tuple[str, str]]:
    """Return the services and apps, by the name that a rule's scope uses."""
    return [*ServiceProvider.objects.order_by("name").values_list("slug", "name"), *apps()]


def apps() -> list[tuple[str, str]]:
    """Return the apps among them. A back end signs nobody in."""
    return [(it.service, f"{it.name} (app)") for it in Client.objects.filter(kind=ClientKind.APP).order_by("name")]


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of condition with their names."""
    return [(tag, it.label) for tag, it in KINDS.items()]


def _prefixes(data: QueryDict) -> Iterator[tuple[str, str]]:
    """Yield prefix and kind of each condition of the page; invalid ones are skipped."""
    seen: set[str] = set()
    for each in data.getlist("condition")[:MOST_CONDITIONS]:
        prefix, _, tag = each.partition(":")
        if tag in KINDS and re.fullmatch(r"c[0-9]{1,3}", prefix) and prefix not in seen:
            seen.add(prefix)
            yield prefix, tag
