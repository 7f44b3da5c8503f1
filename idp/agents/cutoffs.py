"""Which devices *everyone out* has ended, computed from its row: no device needs to be updated for it to count.

Each code is marked with the last cutoff before it. Clocks decide nothing: servers' clocks differ, and may be set back.
"""

from idp.agents.models import Cutoff, Device, Reason
from idp.versions.cached import Cached
from idp.versions.models import Version
from idp.versions.version import Part


@Cached
def latest_cutoff() -> Cutoff | None:
    """Return the last *everyone out*, or None."""
    return Cutoff.objects.first()


def mark() -> int:
    """Return the mark of a code that is given now: the ID of the last cutoff, or 0."""
    latest = latest_cutoff()
    return latest.pk if latest else 0


def hold() -> None:
    """Wait for a cutoff that is being committed, and let none be until the caller's transaction has ended.

    For proofs that are ordered by the trail, whose IDs are drawn before the commit.
    """
    list(Version.objects.select_for_update(no_key=True).filter(pk=Part.CUTOFF).values_list("pk"))


def as_of_cutoff(device: Device, latest: Cutoff | None) -> Device:
    """Return the device, which reads as revoked if the latest cutoff ended it, even if its row does not say so yet.

    Like one that was revoked, it has no push address then.
    """
    if device.revoked_at is None and latest is not None and device.last_cutoff < latest.pk:
        device.revoked_at, device.reason = max(latest.at, device.enrolled_at), Reason.EVERYONE
        device.push_provider = device.push_address = ""
    return device


def is_ended(device: Device) -> bool:
    """Whether a device no longer counts: it was revoked, or a cutoff came after its last code."""
    return device.revoked_at is not None or device.last_cutoff < mark()
