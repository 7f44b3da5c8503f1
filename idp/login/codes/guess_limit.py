"""Limits how many wrong codes and passkeys one IP address may give, counted over all agents.

Guesses at texted codes are also limited by how many texts can be requested (`otp.limits.caps`).
"""

from datetime import datetime

from django.db.models import QuerySet

from idp.agents.authentication import FRESH
from idp.audit.models import Kind, LoginEvent
from idp.clock import lately
from idp.networks import network_of
from idp.otp.allowances import AGAIN_LATER, PER_ADDRESS
from idp.otp.limits.asker import Asker

WRONG = (Kind.CODE_WRONG, Kind.PASSKEY_REFUSED, Kind.PASSKEY_COPIED)
"""What counts as a wrong guess."""


def blocked_until(asker: Asker, now: datetime) -> datetime | None:
    """Return until when codes from the asker's address are rejected unchecked, or None.

    An agent's own device is never blocked, whoever else shares its address.
    """
    if asker.agent is not None or not asker.address:
        return None
    recent = LoginEvent.objects.filter(lately("at", now - PER_ADDRESS.within, now))
    wrong = _from_here(asker.address, recent.filter(kind__in=WRONG))
    if wrong < PER_ADDRESS.base:
        return None
    fresh = LoginEvent.objects.filter(kind=Kind.SIGNED_IN, method__in=FRESH, at__gt=now - PER_ADDRESS.trust_within)
    return now + AGAIN_LATER if PER_ADDRESS.is_used_up(wrong, _from_here(asker.address, fresh)) else None


def _from_here(address: str, events: QuerySet[LoginEvent]) -> int:
    """Count the events from an address. An IPv6 address counts together with its whole /64 network."""
    here = network_of(address)
    if here.endswith("/32"):
        return events.filter(address=address).count()
    by_ipv6 = events.filter(address__contains=":").values_list("address", flat=True)
    return sum(network_of(it) == here for it in by_ipv6)
