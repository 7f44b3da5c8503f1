"""The trail, the seals over its lines, and what is counted of them."""

from idp.audit.models.chain import ONLY, Chain, Seal
from idp.audit.models.hourly_count import CountedHour, Figure, HourlyCount, HourlyTotal
from idp.audit.models.login_event import (
    ABOUT_A_ROW,
    ALARMING,
    BY_SOMEBODY,
    Acknowledgement,
    Kind,
    LoginEvent,
    LoginEventQuerySet,
    TrailIsAppendOnly,
)

__all__ = [
    "ABOUT_A_ROW",
    "ALARMING",
    "BY_SOMEBODY",
    "ONLY",
    "Acknowledgement",
    "Chain",
    "CountedHour",
    "Figure",
    "HourlyCount",
    "HourlyTotal",
    "Kind",
    "LoginEvent",
    "LoginEventQuerySet",
    "Seal",
    "TrailIsAppendOnly",
]
