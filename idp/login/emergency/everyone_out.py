"""*Everyone out*: no sign-in counts whose code was given before.

One row, the cutoff, brings this about as soon as it is committed, whatever the clocks say. Its line in the trail ends
the proofs that apps have yet to collect. Everything else only records the consequences: each device is revoked with its
reason, and the services are notified. That may take a while, and may be interrupted.
"""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from idp.agents import counts, cutoffs
from idp.agents.models import Agent, Cutoff, Device, DeviceQuerySet, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.clock import Clock
from idp.login.emergency import reasons
from idp.login.endings import signing_out

REVOKED_AT_ONCE = 200
"""How many devices one transaction revokes."""
BEFORE_THE_ANSWER = 500
"""How many devices a page of the admin revokes before it answers. The timer revokes the rest."""


def signed_in() -> DeviceQuerySet:
    """Return the devices that *everyone out* would sign out."""
    return Device.objects.active().filter(last_cutoff__gte=cutoffs.mark())


def count_signed_in() -> Counter[str]:
    """Return how many these are, by kind.

    Reads the running count, unless devices before the latest cutoff are still to be revoked.
    """
    if not Device.objects.active().filter(last_cutoff__lt=cutoffs.mark()).exists():
        return counts.active_devices()
    return Counter(dict(signed_in().order_by().values_list("kind").annotate(of=Count("pk"))))


@transaction.atomic
def begin(by: Agent | None, why: str, origin: Origin, now: datetime) -> int:
    """Sign everyone out, on all nodes at once. Returns how many devices were signed in.

    Raises ValueError, with a sentence for the operator, if the reason is missing or too long.
    """
    why = reasons.checked(why)
    count = count_signed_in().total()
    Cutoff.objects.create(at=now, by=by, why=why)
    detail = f"{count} phones and computers, {events.name_of(by)}: {why}"
    events.record(Kind.EVERYONE_OUT, origin, now, detail=detail)
    return count


def end_devices(origin: Origin, now: Clock, most: int | None = None) -> int:
    """Revoke the devices before the latest cutoff, in small transactions, `most` of them at most.

    Each is revoked at the instant of its own transaction, since back ends read devices in the order of their changes.
    Returns how many it revoked. A later run continues.
    """
    latest = Cutoff.objects.select_related("by").first()
    if latest is None:
        return 0
    left, count = Device.objects.active().filter(last_cutoff__lt=latest.pk), 0
    while most is None or count < most:
        some = list(left.order_by("pk").values_list("pk", flat=True)[:REVOKED_AT_ONCE])
        if not some:
            break
        signing_out.sign_out(left.filter(pk__in=some), Reason.EVERYONE, events.name_of(latest.by), origin, now())
        count += len(some)
    return count
