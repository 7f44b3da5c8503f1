"""*Everyone out*: no sign-in counts whose code is older than now. It needs one row, and is true with its commit.

The rest only writes down what follows from that row: each phone ended with its reason, and the services told. It may
take its time, and be broken off.
"""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from idp.agents import device_counts
from idp.agents.models import Agent, Cutoff, Device, DeviceQuerySet, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.login.endings import signing_out

BATCH = 200
LONGEST_WHY = 100
AT_ONCE = 500
"""How many endings a page of the admin writes down before it answers; the timer does the rest."""


def signed_in() -> DeviceQuerySet:
    """Return the phones and computers that everybody out would end."""
    latest = Cutoff.objects.first()
    active = Device.objects.active()
    return active.filter(authenticated_at__gt=latest.at) if latest else active


def count_signed_in() -> Counter[str]:
    """Return how many these are, by kind: what is kept, unless the latest cutoff is still being written down."""
    latest = Cutoff.objects.first()
    if latest is None or not Device.objects.active().filter(authenticated_at__lte=latest.at).exists():
        return device_counts.active()
    return Counter(dict(signed_in().order_by().values_list("kind").annotate(of=Count("pk"))))


@transaction.atomic
def begin(by: Agent | None, why: str, origin: Origin, now: datetime) -> int:
    """Sign everyone out, on every worker at once. Returns how many phones and computers were signed in."""
    count = count_signed_in().total()
    Cutoff.objects.create(at=now, by=by, why=why)
    detail = f"{count} phones and computers, {_who(by)}: {why}"[:200]
    events.record(Kind.EVERYONE_OUT, origin, now, detail=detail)
    return count


def end_devices(origin: Origin, now: datetime, most: int | None = None) -> int:
    """End what the latest cutoff ended, as rows, in small transactions. Returns how many; a later run goes on."""
    latest = Cutoff.objects.select_related("by").first()
    if latest is None:
        return 0
    left, count = Device.objects.active().filter(authenticated_at__lte=latest.at), 0
    while most is None or count < most:
        some = list(left.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not some:
            break
        signing_out.sign_out(left.filter(pk__in=some), Reason.EVERYONE, _who(latest.by), origin, now)
        count += len(some)
    return count


def _who(by: Agent | None) -> str:
    return str(by) if by else "command line"
