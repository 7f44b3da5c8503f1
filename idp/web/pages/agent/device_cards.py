"""Cards of an agent's devices: which are signed in, and why earlier ones were signed out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Prefetch

from idp.agents import cutoffs
from idp.agents.models import Agent, Device, Kind
from idp.native.models import Client
from idp.passkeys.models import Passkey
from idp.sessions.models import SsoSession
from idp.web import next_codes
from idp.web.sign_in_checks import access

MOST_ENDED = 10


@dataclass(frozen=True, slots=True)
class DeviceCard:
    """A device. `next_codes` are pairs of services and when; `ended` is empty while it is signed in."""

    device: Device
    kind: str
    next_codes: tuple[tuple[str, str], ...]
    passkeys: tuple[Passkey, ...]
    ended: str


@dataclass(frozen=True, slots=True)
class DeviceCards:
    """The signed-in devices, the last of the others, and whether there are more."""

    signed_in: tuple[DeviceCard, ...]
    ended: tuple[DeviceCard, ...]
    more: bool


def cards_of(agent: Agent, now: datetime) -> DeviceCards:
    """Return the cards, in seven queries however many devices there are."""
    still_open = Prefetch("sso_sessions", SsoSession.objects.filter(ended_at__isnull=True), to_attr="open_sessions")
    kept = Prefetch("passkeys", Passkey.objects.filter(removed_at=None), to_attr="kept_passkeys")
    rows = Device.objects.of(agent).select_related("replaced_by").prefetch_related(still_open, kept)
    found = list(rows.order_by(F("revoked_at").desc(nulls_first=True), "-last_seen_at")[: MOST_ENDED * 3])
    cutoff, policies = cutoffs.latest_cutoff(), next_codes.in_force_with_apps()
    apps = dict(Client.objects.values_list("client_id", "name")) if any(it.client for it in found) else {}
    cards = [_card(cutoffs.as_of_cutoff(it, cutoff), policies, apps, now) for it in found]
    ended = [it for it in cards if it.ended]
    return DeviceCards(tuple(it for it in cards if not it.ended), tuple(ended[:MOST_ENDED]), len(ended) > MOST_ENDED)


def _card(device: Device, policies: Sequence[next_codes.InForce], apps: dict[str, str], now: datetime) -> DeviceCard:
    sessions: list[SsoSession] = getattr(device, "open_sessions", [])
    ended = access.ended(device) if device.revoked_at else ""
    due = next_codes.by_service(device, next(iter(sessions), None), policies, now) if not ended else []
    return DeviceCard(device, _kind(device, apps), tuple(due), tuple(getattr(device, "kept_passkeys", [])), ended)


def _kind(device: Device, apps: dict[str, str]) -> str:
    """Return the kind of device in words."""
    kind = "Phone or tablet" if device.kind == Kind.MOBILE else "Computer"
    if not device.client:
        return f"{kind}, in the browser"
    version = f" {device.app_version}" if device.app_version else ""
    push = "can be reached by push" if device.push_address else "cannot be reached by push"
    return f"{kind}, with the app {apps.get(device.client, device.client)}{version}; {push}"
