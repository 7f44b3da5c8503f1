"""The form *Try it*: the person and device to try a policy on, and the facts that are looked up for them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Max
from django.http import HttpRequest

from idp import reference
from idp.agents.models import Agent, Device
from idp.audit.models import LoginEvent
from idp.login import access_decision, request_facts
from idp.login.access_decision import Subject
from idp.native.models import Client
from idp.policies import user_agents
from idp.policies.access.decisions import Attempt
from idp.policies.simulation import sample_devices
from idp.policies.simulation.preview import Known, Tried
from idp.policies.simulation.sample_devices import SAMPLE_DEVICES
from idp.policies.user_agents import UserAgent
from idp.web import rights, services_offered
from idp.web.pages.agent_by_email import AgentByEmail
from idp.web.pages.policy.rule_form import apps
from idp.web.services_offered import BY_SHORT_NAME
from idp.web.sign_in_checks.arrival import described
from idp.web.trail import rule_verdicts

MONTH = timedelta(days=30)
MOST_SEEN = 60
MOST_READ = 500
HERE, PASTED, LISTED, SEEN, PAST = "here", "pasted", "listed", "seen", "past"
WAY_NAMES = {
    LISTED: "a sample phone or computer",
    HERE: "this browser",
    PASTED: "a pasted User-Agent",
    SEEN: "a phone seen this month",
    PAST: "a past sign-in",
}
TOUCH_CHOICES = (
    ("", "as the sample says"),
    ("0", "no touch screen"),
    ("5", "a touch screen"),
    ("off", "script is off"),
)


@dataclass(frozen=True, slots=True)
class SignInByReference:
    """The past sign-in whose reference was typed: when and what, in words, and the facts that were judged."""

    label: str
    attempt: Attempt


class TryForm(forms.Form):
    """Whom to try the rules on. Fields that the chosen way does not need are ignored."""

    way = forms.ChoiceField(label="Try with", choices=list(WAY_NAMES.items()), initial=LISTED)
    listed = forms.ChoiceField(label="Device", required=False, choices=[(it.slug, it.label) for it in SAMPLE_DEVICES])
    pasted = forms.CharField(label="User-Agent", required=False, strip=False)
    seen = forms.ChoiceField(label="Phone seen this month", required=False)
    past = forms.CharField(
        label="Reference of the sign-in", required=False, max_length=40, help_text="Such as 7KQ2M-9TX4D."
    )
    touch = forms.ChoiceField(label="Touch screen, as detected by script", required=False, choices=TOUCH_CHOICES)
    agent = AgentByEmail(label="Email of the agent who signs in", required=False)
    service = forms.ChoiceField(label="Service", required=False)
    moment = forms.DateTimeField(
        label="When, in UTC",
        required=False,
        help_text="If empty: now.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )

    prefix = "try"

    def __init__(self, request: HttpRequest, now: datetime, *args: Any) -> None:
        super().__init__(*args)
        self.request, self.now = request, now
        fields: dict[str, Any] = self.fields
        offered = services_offered.first()
        if offered.whole:
            fields["service"].choices = [*offered.services, *apps()] or [("", "any")]
        else:
            fields["service"] = forms.CharField(label=BY_SHORT_NAME, max_length=50, initial=offered.services[0][0])
        self.may_see_trail = request.user.has_perm(rights.SEE_TRAIL)
        fields["seen"].choices = seen_this_month(now) if self.may_see_trail else []
        if not self.may_see_trail:
            fields["way"].choices = [(it, label) for it, label in WAY_NAMES.items() if it not in (SEEN, PAST)]

    def clean_service(self) -> str:
        """Return the slug. Raises ValidationError if no service has it, where services are too many to choose from."""
        slug: str = self.cleaned_data["service"]
        if isinstance(self.fields["service"], forms.ChoiceField) or services_offered.known(slug) or _app_name(slug):
            return slug
        raise forms.ValidationError("No service has this short name.")

    def clean_past(self) -> SignInByReference | None:
        """Return the past sign-in, if that way is chosen. Raises ValidationError if there is none."""
        if self.cleaned_data.get("way") != PAST:
            return None
        wanted = reference.read(self.cleaned_data["past"])
        events = LoginEvent.objects.filter(reference=wanted).exclude(judged={}).order_by("-at") if wanted else []
        for event in events:
            if attempt := rule_verdicts.attempt_of(event):
                return SignInByReference(f"{event.at:%Y-%m-%d %H:%M} UTC, {event.get_kind_display()}", attempt)
        raise forms.ValidationError("There is no sign-in with this reference to judge.")

    def clean(self) -> dict[str, Any]:
        """Require the fields of the chosen way."""
        data = super().clean() or {}
        if data.get("way") == SEEN and not data.get("seen") and "seen" not in self.errors:
            self.add_error("seen", "No phone was used this month.")
        return data

    @property
    def past_sign_in(self) -> SignInByReference | None:
        """The past sign-in to judge again, if that way is chosen."""
        found: SignInByReference | None = self.cleaned_data["past"]
        return found

    def tried(self) -> Tried:
        """Return the visitor to try the rules on. The form must be valid, and not about a past sign-in."""
        data = self.cleaned_data
        at = data["moment"].replace(tzinfo=UTC) if data["moment"] else self.now
        browser, touch_points = self._browser()
        touch = {"0": 0, "5": sample_devices.IPAD_TOUCH_POINTS, "off": None}.get(data["touch"], touch_points)
        agent: Agent | None = data["agent"]
        app = _app_name(data["service"])
        return Tried(
            browser,
            at,
            data["service"],
            app,
            touch,
            request_facts.address_of(self.request),
            access_decision.agent_facts(Subject(agent, None, fresh=True), at) if agent else None,
            _signed_in(agent, at) if agent else None,
        )

    def _browser(self) -> tuple[UserAgent, int | None]:
        """Return the browser and its touch points, None if unknown."""
        data = self.cleaned_data
        if data["way"] == HERE:
            return request_facts.of_browser(self.request).judged_agent, _number(self.data.get("try-here_touch"))
        if data["way"] == PASTED:
            return user_agents.parse(data["pasted"]), None
        if data["way"] == SEEN:
            event = LoginEvent.objects.select_related("device").get(pk=data["seen"])
            return user_agents.parse(event.user_agent), event.device.touch_points if event.device else None
        device = sample_devices.named(data["listed"]) or SAMPLE_DEVICES[0]
        return user_agents.parse(device.user_agent), device.touch_points


def _app_name(service: str) -> str:
    """Return the name of the app whose sign-ins rules know as a service; empty if there is none."""
    return next((it.name for it in Client.objects.all() if it.service == service), "")


def seen_this_month(now: datetime) -> list[tuple[int, str]]:
    """Return the user agents of the last 30 days, each once, the latest first.

    Only the newest events are read, because a month of a busy installation would be too much.
    """
    newest = LoginEvent.objects.filter(at__gt=now - MONTH).order_by("-at").values("pk")[:MOST_READ]
    recent = LoginEvent.objects.filter(pk__in=newest).exclude(user_agent="").order_by()
    lasts = recent.values("user_agent").annotate(last=Max("pk")).order_by("-last")[:MOST_SEEN]
    events = LoginEvent.objects.filter(pk__in=[it["last"] for it in lasts]).order_by("-pk")
    return [(it.pk, f"{described(it.user_agent)}, last {it.at:%d %b %H:%M} UTC") for it in events]


def _signed_in(agent: Agent, at: datetime) -> Known | None:
    device = Device.objects.active().filter(agent=agent).order_by("-authenticated_at").first()
    return Known(access_decision.agent_facts(Subject(agent, device), at), device.touch_points) if device else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 4 else None  # noqa: PLR2004 - no screen has 1000 touch points
