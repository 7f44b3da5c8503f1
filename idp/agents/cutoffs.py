"""Which devices *everyone out* has ended, computed from its instant: no device needs to be updated for it to count."""

from datetime import datetime

from django.db.models import Max

from idp.agents.models import Cutoff, Device, Reason
from idp.versions.cached import Cached


@Cached
def latest_cutoff() -> datetime | None:
    """Return the instant of the last *everyone out*, or None."""
    latest: datetime | None = Cutoff.objects.aggregate(latest=Max("at"))["latest"]
    return latest


def cutoff_since(proved_at: datetime) -> datetime | None:
    """Return the instant of *everyone out*, if it was at or after a code."""
    latest = latest_cutoff()
    return latest if latest is not None and proved_at <= latest else None


def cut_off_at(device: Device) -> datetime | None:
    """Return the instant of *everyone out*, if it was at or after the last code on this device."""
    return cutoff_since(device.authenticated_at)


def as_of_cutoff(device: Device, latest: datetime | None) -> Device:
    """Return the device, which reads as revoked if the latest cutoff ended it, even if its row does not say so yet.

    Like one that was revoked, it has no push address then.
    """
    if device.revoked_at is None and latest is not None and device.authenticated_at <= latest:
        device.revoked_at, device.reason = max(latest, device.enrolled_at), Reason.EVERYONE
        device.push_provider = device.push_address = ""
    return device


def is_ended(device: Device) -> bool:
    """Whether a device no longer counts: it was revoked, or a cutoff came at or after its last code."""
    return device.revoked_at is not None or cut_off_at(device) is not None
