"""The device that an agent is assumed to come with: the one they used last, or one of the samples."""

from dataclasses import dataclass

from django.db.models import QuerySet

from idp.agents import cutoffs
from idp.agents.models import Agent, Device
from idp.agents.models import Kind as DeviceKind
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.login.codes import requesting
from idp.login.request_facts import RequestFacts
from idp.otp.limits.asker import Asker
from idp.policies import user_agents
from idp.policies.simulation import sample_devices
from idp.policies.simulation.sample_devices import SampleDevice
from idp.policies.user_agents import Family
from idp.policies.user_agents.words import describe
from idp.sql.unindexed import Unindexed

BY_THE_AGENT = (Kind.SIGNED_IN, Kind.RENEWED, Kind.PROVED, Kind.REFUSED, Kind.SWITCHED_OFF)
"""Kinds of events in which the agent was proved, so that their user agent is the agent's."""
OF_FAMILY = {Family.APPLE: "iphone-safari", Family.ANDROID: "pixel-chrome", Family.OTHER: "windows-chrome"}
USUAL = "iphone-safari"
LATEST = 12


@dataclass(frozen=True, slots=True)
class Arrival:
    """A device in front of the login: what it is called, what it sends, and its row if Latchkey knows it.

    `guessed` means that its User-Agent header is a sample's, because its own is no longer stored.
    """

    phone: str
    header: str
    touch_points: int | None
    address: str | None
    device: Device | None = None
    guessed: bool = False

    @property
    def facts(self) -> RequestFacts:
        """The facts of its request, without cookies."""
        seen = user_agents.parse(self.header)
        origin = Origin(self.address, seen.text, "")
        return RequestFacts(None, None, None, seen, self.touch_points, origin)

    @property
    def asker(self) -> Asker:
        """Who requests a code from it, for the limits."""
        return requesting.asker_on(self.device, self.address)


def with_sample(sample: SampleDevice) -> Arrival:
    """Return a new device like a sample, with an unknown address."""
    return Arrival(f"a new phone ({sample.label})", sample.user_agent, sample.touch_points, None)


def with_last_phone(agent: Agent) -> Arrival:
    """Return the agent's last device, signed-in ones before others and phones before computers; otherwise a phone."""
    own = devices_of(agent)
    own.sort(key=lambda it: (it.revoked_at is not None, it.kind != DeviceKind.MOBILE))  # stable: then the one seen last
    return with_device(own[0]) if own else _with_phone_seen(agent)


def with_device(device: Device) -> Arrival:
    """Return a device of the agent, with the User-Agent header of its latest event."""
    event = _seen(device.agent).filter(device=device).first()
    address = event.address if event else None
    header = event.user_agent if event else _sample(OF_FAMILY.get(Family(device.family), USUAL)).user_agent
    return Arrival(device.label, header, device.touch_points, address, device, guessed=event is None)


def devices_of(agent: Agent) -> list[Device]:
    """Return the agent's latest devices, the one seen last first, revoked ones too."""
    rows = Device.objects.of(agent).select_related("agent__department", "replaced_by")
    own, cutoff = list(rows.order_by("-last_seen_at")[:LATEST]), cutoffs.latest_cutoff()
    return [cutoffs.as_of_cutoff(it, cutoff) for it in own]


def _with_phone_seen(agent: Agent) -> Arrival:
    """Return the device of the agent's latest proof, which was never enrolled; otherwise a typical phone."""
    event = _seen(agent).first()
    if event is None:
        return with_sample(_sample(USUAL))
    phone = f"the phone last seen ({described(event.user_agent)})"
    return Arrival(phone, event.user_agent, None, event.address)


def _seen(agent: Agent) -> QuerySet[LoginEvent]:
    lines = LoginEvent.objects.filter(agent=agent, kind__in=BY_THE_AGENT).exclude(user_agent="")
    return lines.order_by(Unindexed("pk").desc())


def described(header: str) -> str:
    """Return a browser's name, from its User-Agent header, as a device is named."""
    return describe(user_agents.parse(header))


def _sample(slug: str) -> SampleDevice:
    return sample_devices.named(slug) or sample_devices.SAMPLE_DEVICES[0]
