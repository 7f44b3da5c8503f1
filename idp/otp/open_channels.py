"""The ways to get a code that can be chosen just now: those that are set, without those that Twilio has off."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Q

from idp.otp.channels import Channel
from idp.otp.gateway import Failure
from idp.otp.models import VerificationSend

REST = timedelta(hours=1)
"""How long a channel that is off at Twilio is not offered, unless something goes by it meanwhile."""


def offered(now: datetime) -> tuple[Channel, ...]:
    """Return the channels in the order of the setting. It depends on no number, so known and unknown look alike."""
    off = _off(now)
    return tuple(Channel(it) for it in settings.LATCHKEY.offered_channels if it not in off)


def _off(now: datetime) -> set[str]:
    refused = Q(answer__startswith=Failure.CHANNEL_OFF.value)
    recent = VerificationSend.objects.filter(at__gt=now - REST)
    last = (
        recent.values("channel")
        .order_by()
        .annotate(refused=Max("at", filter=refused), went=Max("at", filter=Q(answer="sent")))
    )
    return {it["channel"] for it in last if it["refused"] and not (it["went"] and it["went"] > it["refused"])}
