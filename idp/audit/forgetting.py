"""The only code that deletes from the trail: headers, addresses, and finally whole lines, after their retention time.

Only `web.retention` may import it (`.importlinter`). All other code gets `TrailIsAppendOnly`, and below the models the
triggers of `audit.triggers` refuse. These triggers let through the one transaction that runs here.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import QuerySet

from idp import clock
from idp.audit.chain import checkpoints, sealing
from idp.audit.chain.checkpoints import Checkpoint, Says
from idp.audit.models import ONLY, Chain, LoginEvent, Seal


def forget_user_agents(lines: Collection[int]) -> int:
    """Empty the User-Agent headers of some lines, with what proves them. Returns how many lines there were."""
    with _open():
        Seal.objects.filter(event__in=lines).update(user_agent_salt=b"")
        return QuerySet.update(_these(lines), user_agent="")


def forget_addresses(lines: Collection[int]) -> int:
    """Take the IP addresses from some lines, with what proves them. Returns how many lines there were."""
    with _open():
        Seal.objects.filter(event__in=lines).update(address_salt=b"")
        return QuerySet.update(_these(lines), address=None)


def drop(positions: Collection[int]) -> int:
    """Remove lines from the beginning of the chain, with their seals; the chain begins after them from now on.

    Positions that do not follow the beginning without a gap are left to the next run. Returns how many went.
    """
    with _open() as chain:
        seals = list(Seal.objects.filter(position__in=positions, position__gt=chain.anchor).order_by("position"))
        going = [it for nth, it in enumerate(seals, start=1) if it.position == chain.anchor + nth]
        if not going:
            return 0
        chain.anchor, chain.anchor_digest = going[-1].position, bytes(going[-1].digest)
        chain.anchor_signature = checkpoints.sign(
            Checkpoint(Says.PURGED, chain.anchor, chain.anchor_digest), clock.now()
        )
        chain.save(update_fields=["anchor", "anchor_digest", "anchor_signature"])
        Seal.objects.filter(position__in=[it.position for it in going]).delete()
        return QuerySet.delete(_these([it.event_id for it in going]))[1].get(LoginEvent._meta.label, 0)


@contextmanager
def _open() -> Iterator[Chain]:
    """Let the triggers pass what this transaction does, and nobody else's: what it writes here nobody else sees."""
    with transaction.atomic():
        chain = sealing.hold()
        Chain.objects.filter(pk=ONLY).update(forgetting=True)
        yield chain
        Chain.objects.filter(pk=ONLY).update(forgetting=False)


def _these(lines: Collection[int]) -> "QuerySet[LoginEvent]":
    return LoginEvent.objects.filter(pk__in=lines)
