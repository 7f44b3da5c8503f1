"""The channels that agents can choose now: those in the settings, without those that Twilio has switched off."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, Max, Q, QuerySet

from idp.clock import lately
from idp.otp.channels import Channel
from idp.otp.gateway import Failure
from idp.otp.models import SENT, WENT_WELL, VerificationSend

REST = timedelta(hours=1)
"""How long a channel that is off at Twilio is not offered, unless a message is sent by it meanwhile."""


_REFUSED = Q(answer__startswith=Failure.CHANNEL_OFF.value)


def some_refused(now: datetime) -> Exists:
    """Return a query, to run along with others, that says whether Twilio refused any channel lately."""
    return Exists(_recent(now).exclude(WENT_WELL).filter(_REFUSED))


def offered(now: datetime, *, refused: bool = True) -> tuple[Channel, ...]:
    """Return the channels in the order of the setting. It depends on no number, so known and unknown look alike.

    `refused` is False if the caller knows that Twilio refused none.
    """
    off = _off(now) if refused else set()
    return tuple(Channel(it) for it in settings.LATCHKEY.offered_channels if it not in off)


def _recent(now: datetime) -> QuerySet[VerificationSend]:
    return VerificationSend.objects.filter(lately("at", now - REST, now)).order_by()


def _off(now: datetime) -> set[str]:
    last = (
        _recent(now)
        .values("channel")
        .annotate(refused=Max("at", filter=_REFUSED), went=Max("at", filter=Q(answer=SENT)))
    )
    return {it["channel"] for it in last if it["refused"] and not (it["went"] and it["went"] > it["refused"])}
