"""The form fields of a condition, derived from the fields of its dataclass."""

from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from typing import Any, Final, get_args, get_origin
from zoneinfo import available_timezones

from django import forms

from idp.agents.models import Department
from idp.agents.roles import ROLES
from idp.policies.access.conditions import LONGEST_TEXT, Weekday
from idp.policies.access.conditions.numbers import HIGHEST
from idp.policies.user_agents import Client, Form, Platform
from idp.policies.user_agents.words import FORM_NAMES, PLATFORM_NAMES

CLIENT_NAMES = {
    Client.BROWSER: "a browser",
    Client.WEB_VIEW: "a page inside another app (a web view), as in Flex Mobile",
    Client.APP: "an app of its own",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
VALUE_NAMES: Final[Mapping[type[StrEnum], Mapping[Any, str]]] = {
    Platform: PLATFORM_NAMES,
    Form: FORM_NAMES,
    Client: CLIENT_NAMES,
    Weekday: dict(zip(Weekday, DAYS, strict=True)),
}
TIME_EXPECTED = "Enter a time, such as 08:00."
NEGATIONS = {"negated": ("is", "is not"), "under": ("at least", "under"), "outside": ("within", "outside")}
"""The fields that negate a condition, with the words for no and yes."""
NEGATIONS_OF_KIND = {
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
    "zone": "A place, such as Europe/Madrid or America/New_York, so that summer time counts. EST and GMT have none.",
    "agents": "Known only after a right code, so a text is sent first.",
}


def places() -> list[str]:
    """Return the time zones to offer: UTC and places. EST and Etc/GMT+5 are zones too, but without summer time."""
    named = (it for it in available_timezones() if "/" in it and not it.startswith("Etc/"))
    return ["UTC", *sorted(named)]


class LinesField(forms.CharField):
    """Several texts, one a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), max_length=10_000, **options)

    def prepare_value(self, value: object) -> object:
        """Return a set as lines."""
        return "\n".join(sorted(value)) if isinstance(value, list | frozenset) else value

    def clean(self, value: Any) -> Any:  # noqa: ANN401 - as the parent's
        """Return the lines that are not blank."""
        return [it.strip() for it in super().clean(value).splitlines() if it.strip()]


def form_field(kind: str, name: str, field_type: Any) -> forms.Field:  # noqa: ANN401 - a type
    """Return the form field for a field of a condition of a kind. `field_type` is the type of the dataclass's field."""
    options: dict[str, Any] = {"label": LABELS.get(name, name.capitalize()), "help_text": HINTS.get(name, "")}
    if name in NEGATIONS:
        plain, negated = NEGATIONS_OF_KIND.get(kind, NEGATIONS[name])
        return forms.ChoiceField(choices=[("", plain), ("yes", negated)], required=False, label="Holds if it")
    if get_origin(field_type) is frozenset:
        return _set_field(name, get_args(field_type)[0], options)
    if isinstance(field_type, type) and issubclass(field_type, StrEnum):
        return forms.ChoiceField(
            choices=[(it.value, label) for it, label in VALUE_NAMES[field_type].items()], **options
        )
    return _plain_field(name, field_type, options)


def _plain_field(name: str, field_type: Any, options: dict[str, Any]) -> forms.Field:  # noqa: ANN401 - a type
    if field_type is int:
        return forms.IntegerField(min_value=0, max_value=HIGHEST, **options)
    if field_type is time:
        clock = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        return forms.TimeField(
            widget=clock, error_messages=dict.fromkeys(("required", "invalid"), TIME_EXPECTED), **options
        )
    if name == "zone":
        return forms.CharField(initial="UTC", widget=forms.TextInput(attrs={"list": "zones"}), **options)
    return forms.CharField(max_length=LONGEST_TEXT, strip=False, **options)


def _set_field(name: str, member_type: type, options: dict[str, Any]) -> forms.Field:
    choices = _choices(name, member_type)
    if choices is None:
        return LinesField(error_messages={"required": "Enter at least one."}, **options)
    tick = {"required": "Tick at least one."}
    return forms.MultipleChoiceField(
        choices=choices, widget=forms.CheckboxSelectMultiple, error_messages=tick, **options
    )


def _choices(name: str, member_type: type) -> list[tuple[str, str]] | None:
    if issubclass(member_type, StrEnum):
        return [(it.value, label) for it, label in VALUE_NAMES[member_type].items()]
    if name == "roles":
        return [(it, it) for it in ROLES]
    if name == "departments":
        return department_choices()
    return None


def department_choices() -> list[tuple[str, str]]:
    """Return the departments by name."""
    return [(it, it) for it in Department.objects.order_by("name").values_list("name", flat=True)]
