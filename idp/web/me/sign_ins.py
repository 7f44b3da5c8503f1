"""An agent's last sign-ins, as `/me` lists them, each with a way to report it as not theirs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from idp.agents.authentication import Method
from idp.agents.models import Device
from idp.audit.models import Kind, LoginEvent
from idp.login.endings.not_me import REPORTABLE_FOR
from idp.login.pages.rendering import OWN_PAGE, OWN_PAGE_NAME
from idp.native.models import Client, ClientKind
from idp.saml.models import ServiceProvider

LAST = 10


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in. If `may_report`, the agent can report its `device`."""

    at: datetime
    service: str
    label: str
    device: UUID | None
    here: bool
    with_code: bool
    reported: bool
    may_report: bool


def last(here: Device, now: datetime) -> list[SignIn]:
    """Return the last sign-ins of the device's agent, the newest first."""
    events = list(LoginEvent.objects.filter(agent=here.agent, kind=Kind.SIGNED_IN).select_related("device")[:LAST])
    named = ServiceProvider.objects.filter(slug__in={it.service for it in events})
    names = dict(named.values_list("slug", "name")) | {OWN_PAGE: _(OWN_PAGE_NAME)}
    names |= {app.service: app.name for app in Client.objects.filter(kind=ClientKind.APP)}
    reports = LoginEvent.objects.filter(agent=here.agent, kind=Kind.NOT_ME)
    reported = set(reports.values_list("device", flat=True))
    listed: list[SignIn] = []
    for event in events:
        own = event.device_id == here.pk
        known = event.device_id in reported
        offered = own or known or any(it.device == event.device_id for it in listed)
        service = names.get(event.service, event.service)
        listed.append(
            SignIn(
                at=event.at,
                service=service,
                label=event.device.label.removeprefix(f"{service}, ")
                if event.device
                else "",  # an app's label begins with its name
                device=event.device_id,
                here=own,
                with_code=event.method in set(Method) and Method(event.method).is_fresh,
                reported=known,
                may_report=not offered and event.device is not None and _matters(event.device, now),
            )
        )
    return listed


def _matters(device: Device, now: datetime) -> bool:
    """Whether the device is still signed in, or was until recently."""
    return device.revoked_at is None or now < device.revoked_at + REPORTABLE_FOR
