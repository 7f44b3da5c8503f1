"""Reads past sign-ins from the trail, to judge them again by another policy."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from idp.agents.authentication import FRESH
from idp.audit.models import Kind, LoginEvent
from idp.policies.simulation.judging import PastSignIn
from idp.sql.in_parts import in_parts

JUDGED: Final = (Kind.SIGNED_IN, Kind.RENEWED, Kind.REFUSED)
"""Kinds of lines that end in the access policy's word. One attempt leaves one of them."""
PERIOD: Final = timedelta(days=30)
MOST: Final = 100_000
COLUMNS: Final = ("at", "agent_id", "device_id", "service", "method", "judged", "user_agent", "address")


def past(until: datetime, since: datetime | None = None) -> Iterator[PastSignIn]:
    """Yield sign-ins from the latest back, by default of 30 days; a part of them is in memory at a time."""
    begin = until - PERIOD if since is None else since
    rows = LoginEvent.objects.filter(kind__in=JUDGED, at__gt=begin, at__lte=until).order_by("-at", "-pk")
    for at, agent, device, service, method, judged, text, address in in_parts(rows.values_list(*COLUMNS)[:MOST]):
        known = judged if isinstance(judged, dict) else {}
        yield PastSignIn(at, agent, device, service, method in FRESH, known, text, address)
