"""The form of an access rule: its conditions as fields to fill in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from idp.policies import conditions
from idp.policies.conditions import ClientIs, Condition, FormIs, PlatformIs, TextContains
from idp.policies.models import AccessRule
from idp.policies.user_agents import FORM_NAMES, PLATFORM_NAMES, Client, Form, Platform

HINTS_ONLY = (
    "A browser can claim to be anything, so rules guide people and stop mistakes; they are no proof. "
    "iPads are iPadOS, and usually look like Macs. What cannot be told is never allowed and always denied."
)
CLIENT_NAMES = {
    Client.BROWSER: "a browser",
    Client.WEB_VIEW: "a page inside another app (a web view), as in Flex Mobile",
    Client.APP: "an app of its own",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of the form and the kind of condition that it stands for."""

    field: str
    kind: type[Condition]
    shown: Callable[[Any], Any]
    condition: Callable[[Any], Condition]


def _values(members: Iterable[str]) -> list[str]:
    return sorted(members)


FIELDS = (
    Asked(
        "platforms", PlatformIs, lambda it: _values(it.platforms), lambda it: PlatformIs(frozenset(map(Platform, it)))
    ),
    Asked("forms_of_device", FormIs, lambda it: _values(it.forms), lambda it: FormIs(frozenset(map(Form, it)))),
    Asked("clients", ClientIs, lambda it: _values(it.clients), lambda it: ClientIs(frozenset(map(Client, it)))),
    Asked("text", TextContains, lambda it: it.text, TextContains),
)


def split(asked: Sequence[Condition]) -> tuple[dict[str, Any], list[Condition]]:
    """Divide conditions into what the form's fields can show, and the others, which an edit leaves alone."""
    shown: dict[str, Any] = {}
    others: list[Condition] = []
    for condition in asked:
        own = next((it for it in FIELDS if isinstance(condition, it.kind)), None)
        if own is None or own.field in shown or getattr(condition, "negated", False):
            others.append(condition)
        else:
            shown[own.field] = own.shown(condition)
    return shown, others


class AccessRuleForm(forms.ModelForm[AccessRule]):
    """A rule with its conditions as fields. All that are filled in must hold."""

    platforms = forms.MultipleChoiceField(
        label="Platform is one of",
        choices=[(it.value, name) for it, name in PLATFORM_NAMES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=HINTS_ONLY,
    )
    forms_of_device = forms.MultipleChoiceField(
        label="Kind of device is one of",
        choices=[(it.value, name) for it, name in FORM_NAMES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    clients = forms.MultipleChoiceField(
        label="Opened in one of",
        choices=[(it.value, name) for it, name in CLIENT_NAMES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    text = forms.CharField(
        label="User agent contains",
        max_length=conditions.LONGEST_TEXT,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Letter case does not matter. “Mobile” misses Android tablets and iPads, and hits some TVs and bots.",
    )

    class Meta:
        model = AccessRule
        fields = ["name", "mode", "effect", "message"]
        widgets = {"message": forms.TextInput(attrs={"class": "vTextField"})}
        help_texts = {
            "name": "What the trail shows when this rule decides.",
            "mode": "Watch only: nobody is refused by it. On: it counts from the next request on.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others: list[Condition] = []
        if self.instance.pk and self.instance.readable:
            shown, self.others = split(self.instance.asked)
            self.initial.update(shown)

    def save(self, commit: bool = True) -> AccessRule:
        """Turn the filled fields into conditions. A rule that does not read keeps what it has."""
        if self.instance.readable and "text" in self.fields:
            filled = [it.condition(self.cleaned_data[it.field]) for it in FIELDS if self.cleaned_data[it.field]]
            self.instance.conditions = [conditions.to_json(it) for it in [*filled, *self.others]]
        return super().save(commit)
