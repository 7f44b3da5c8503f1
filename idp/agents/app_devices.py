"""What an app reports about its own device: its label, its version, and where a push message reaches it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from idp.agents import locks
from idp.agents.models import Device


@dataclass(frozen=True, slots=True)
class Push:
    """Where a push message reaches an app. Only the provider understands the address."""

    provider: str
    address: str


NO_PUSH = Push("", "")


@dataclass(frozen=True, slots=True)
class Description:
    """What an app changes. None leaves a value unchanged."""

    label: str | None = None
    app_version: str | None = None
    push: Push | None = None


def describe(pk: UUID, said: Description, now: datetime) -> tuple[Device | None, list[Device]]:
    """Change what is known of a device that is signed in.

    Returns it, or None if it was revoked meanwhile, and the devices whose push address changed by that: one address
    reaches one device, so it is taken from any other that had it. Runs inside the caller's transaction.
    """
    others = Device.objects.exclude(pk=pk).filter(_reached_by(said.push)) if said.push else Device.objects.none()
    locks.hold_devices({pk, *others.values_list("pk", flat=True)})
    device = Device.objects.active().select_related("agent").filter(pk=pk).first()
    if device is None:
        return None, []
    changed = list(others.select_related("agent"))
    for other in changed:
        _save(other, NO_PUSH, now)
    push = said.push or Push(device.push_provider, device.push_address)
    if push != Push(device.push_provider, device.push_address):
        changed.append(device)
    device.label = said.label or device.label
    device.app_version = device.app_version if said.app_version is None else said.app_version
    _save(device, push, now)
    return device, changed


def _reached_by(push: Push) -> Q:
    return Q(push_provider=push.provider, push_address=push.address) & ~Q(push_address="")


def _save(device: Device, push: Push, now: datetime) -> None:
    device.push_provider, device.push_address, device.described_at = push.provider, push.address, now
    device.save(update_fields=["label", "app_version", "push_provider", "push_address", "described_at"])
