"""The form of a condition. Its fields are derived from the condition's dataclass."""

from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from typing import Any, Final, get_args, get_origin

from django import forms

from idp.agents.models import Department
from idp.agents.roles import ROLES
from idp.policies.access.conditions import KINDS, LONGEST_TEXT, Condition, Weekday, field_types, from_json, to_json
from idp.policies.access.conditions.numbers import HIGHEST
from idp.policies.user_agents import Client, Form, Platform
from idp.policies.user_agents.words import FORM_NAMES, PLATFORM_NAMES

CLIENT_NAMES = {
    Client.BROWSER: "a browser",
    Client.WEB_VIEW: "a page inside another app (a web view), as in Flex Mobile",
    Client.APP: "an app of its own",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NAMES: Final[Mapping[type[StrEnum], Mapping[Any, str]]] = {
    Platform: PLATFORM_NAMES,
    Form: FORM_NAMES,
    Client: CLIENT_NAMES,
    Weekday: dict(zip(Weekday, DAYS, strict=True)),
}
A_TIME = "Enter a time, such as 08:00."
TURNS = {"negated": ("is", "is not"), "under": ("at least", "under"), "outside": ("within", "outside")}
TURNS_OF = {
    "text": ("contains", "does not contain"),
    "pattern": ("matches", "does not match"),
    "network": ("is in", "is not in"),
}
LABELS = {
    "platforms": "Platforms",
    "forms": "Kinds of device",
    "clients": "Opened in",
    "browsers": "Browsers, one per line",
    "apps": "Apps, one per line",
    "agents": "Emails of agents, one per line",
    "roles": "Roles",
    "departments": "Departments",
    "blocks": "Blocks of addresses, one per line",
    "text": "Text in the User-Agent",
    "pattern": "Pattern (RE2)",
    "browser": "Browser",
    "app": "App",
    "platform": "Platform",
    "version": "Major version",
    "days": "Days",
    "hours": "Hours",
    "weekdays": "Weekdays",
    "begins": "From",
    "ends": "Until",
    "zone": "Time zone",
}
HINTS = {
    "browsers": "For example Safari, Chrome, Samsung Internet. Upper and lower case are the same.",
    "platforms": "iPads run iPadOS and usually look like Macs. Script on the sign-in page tells them apart.",
    "blocks": "Such as 192.0.2.0/24 or 2001:db8::/32.",
    "text": "Upper and lower case are the same.",
    "pattern": "Upper and lower case are the same. Most rules need no pattern.",
    "version": "Most phones do not say which version of the system they run, so a rule about it refuses or ignores "
    "most of them.",
    "ends": "If it ends before it begins, it runs past midnight.",
    "zone": "Such as Europe/Madrid or America/New_York.",
    "agents": "Known only after a right code, so a text is sent first.",
}


class Lines(forms.CharField):
    """Several texts, one a line."""

    def __init__(self, **given: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), max_length=10_000, **given)

    def prepare_value(self, value: object) -> object:
        """Return a set as lines."""
        return "\n".join(sorted(value)) if isinstance(value, list | frozenset) else value

    def clean(self, value: Any) -> Any:  # noqa: ANN401 - as the parent's
        """Return the lines that are not blank."""
        return [it.strip() for it in super().clean(value).splitlines() if it.strip()]


class ConditionForm(forms.Form):
    """A condition of a rule. Its kind is fixed."""

    def __init__(self, tag: str, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.tag, self.kind = tag, KINDS[tag]
        self.turn = next((it for it in field_types(self.kind) if it in TURNS), "")
        for name in sorted(field_types(self.kind), key=lambda it: it not in TURNS):
            self.fields[name] = _field(tag, name, field_types(self.kind)[name])
        self._keep_departments()
        self.condition: Condition | None = None

    def _keep_departments(self) -> None:
        """Offer deleted departments that a rule still names, so that an edit does not lose them."""
        field = self.fields.get("departments")
        if isinstance(field, forms.MultipleChoiceField):
            value = self["departments"].value() or []
            known = [it for it, _ in _departments()]
            field.choices = [*_departments(), *((it, it) for it in value if it not in known)]

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
        given = self.cleaned_data
        if self.errors:
            return given
        stored = {"kind": self.tag} | {name: _stored(name, value) for name, value in given.items()}
        try:
            self.condition = from_json(stored)
        except (TypeError, ValueError) as refused:
            said = str(refused)
            self.add_error(_about(said, list(given)), f"{said[:1].upper()}{said[1:]}.")
        return given


def form_of(condition: Condition, prefix: str) -> ConditionForm:
    """Return the form that shows a condition."""
    shown = to_json(condition)
    tag = shown.pop("kind")
    initial = {name: ("yes" if value else "") if name in TURNS else value for name, value in shown.items()}
    return ConditionForm(tag, prefix=prefix, initial=initial)


def _field(tag: str, name: str, wanted: Any) -> forms.Field:  # noqa: ANN401 - a type
    given: dict[str, Any] = {"label": LABELS.get(name, name.capitalize()), "help_text": HINTS.get(name, "")}
    if name in TURNS:
        straight, turned = TURNS_OF.get(tag, TURNS[name])
        return forms.ChoiceField(choices=[("", straight), ("yes", turned)], required=False, label="Holds if it")
    if get_origin(wanted) is frozenset:
        return _set_field(name, get_args(wanted)[0], given)
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return forms.ChoiceField(choices=[(it.value, label) for it, label in NAMES[wanted].items()], **given)
    return _plain_field(name, wanted, given)


def _plain_field(name: str, wanted: Any, given: dict[str, Any]) -> forms.Field:  # noqa: ANN401 - a type
    if wanted is int:
        return forms.IntegerField(min_value=0, max_value=HIGHEST, **given)
    if wanted is time:
        clock = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        return forms.TimeField(widget=clock, error_messages=dict.fromkeys(("required", "invalid"), A_TIME), **given)
    if name == "zone":
        return forms.CharField(initial="UTC", widget=forms.TextInput(attrs={"list": "zones"}), **given)
    return forms.CharField(max_length=LONGEST_TEXT, strip=False, **given)


def _set_field(name: str, member: type, given: dict[str, Any]) -> forms.Field:
    choices = _choices(name, member)
    if choices is None:
        return Lines(error_messages={"required": "Enter at least one."}, **given)
    tick = {"required": "Tick at least one."}
    return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, error_messages=tick, **given)


def _choices(name: str, member: type) -> list[tuple[str, str]] | None:
    if issubclass(member, StrEnum):
        return [(it.value, label) for it, label in NAMES[member].items()]
    if name == "roles":
        return [(it, it) for it in ROLES]
    if name == "departments":
        return _departments()
    return None


def _departments() -> list[tuple[str, str]]:
    return [(it, it) for it in Department.objects.order_by("name").values_list("name", flat=True)]


def _stored(name: str, value: object) -> object:
    if name in TURNS:
        return value == "yes"
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value


def _about(said: str, names: list[str]) -> str:
    """Return the field that an error is about: the time zone if it says so, otherwise the first that is no negation."""
    if "zone" in names and "zone" in said:
        return "zone"
    return next((it for it in names if it not in TURNS), names[0])
