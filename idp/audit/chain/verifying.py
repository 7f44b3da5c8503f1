"""Verifies the trail: no line has changed since it was sealed, none is missing, and the chain is ours."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.db import connection

from idp.audit import triggers
from idp.audit.chain import checkpoints, lines, sealing
from idp.audit.chain.checkpoints import Checkpoint, Says, Unsigned
from idp.audit.chain.digests import MARKED
from idp.audit.chain.walk import Sealed, Verified
from idp.audit.models import Chain, Seal

Place = tuple[int, bytes]
"""A position, and the digest that somebody wrote down of it."""

IN_MEMORY: Final = 2_000
"""Seals that are in memory at a time."""


def verify(known: Iterable[Place] = ()) -> Verified:
    """Verify all that is stored. `known` are places of the chain that somebody wrote down elsewhere."""
    chain, noted = Chain.objects.first() or Chain(), dict(known)
    found = Verified()
    found.begin(chain.anchor, bytes(chain.anchor_digest))
    _look_at_the_beginning(chain, found)
    for it in sealed():
        found.step(it)
        _look_at_the_signature(it, found)
        if noted.pop(it.position, it.digest) != it.digest:
            found.fault(it.position, "its digest differs from the one noted")
    for position in noted:
        gone = "the purge has removed it" if position <= chain.anchor else "the chain ends before it"
        found.fault(position, f"the checkpoint noted for this position cannot be compared: {gone}")
    _look_at_the_end(chain, found)
    found.unsealed = sealing.unsealed().count()
    for name in triggers.missing(connection):
        found.fault(found.last, f"the database does not guard the trail: {name} is missing. Run manage.py migrate")
    return found


def _look_at_the_beginning(chain: Chain, found: Verified) -> None:
    if chain.forgetting:
        found.fault(
            chain.anchor, "the trail is unprotected: something other than the purge allowed entries to be deleted"
        )
    if chain.anchor:
        purged = Checkpoint(Says.PURGED, chain.anchor, bytes(chain.anchor_digest))
        if (why := _unsigned(chain.anchor_signature, purged)) is not None:
            found.fault(chain.anchor, f"there is no proof that the purge removed everything up to here: {why}")


def _look_at_the_signature(it: Sealed, found: Verified) -> None:
    if it.signature:
        why = _unsigned(it.signature, Checkpoint(Says.SEALED, it.position, it.digest))
        if why is None:
            found.signed_to = it.position
        else:
            found.fault(it.position, f"the signature over the chain up to here: {why}")


def _look_at_the_end(chain: Chain, found: Verified) -> None:
    if (chain.position, bytes(chain.digest)) != (found.last, found.digest):
        found.missing += max(chain.position - found.last, 0)
        found.fault(found.last, f"the chain ends here, and not at {chain.position} as it was left")
    if found.last > chain.anchor and found.signed_to != found.last:
        found.fault(found.last, "the last line is not signed, as the last of each batch is")


def _unsigned(signature: str, wanted: Checkpoint) -> str | None:
    try:
        checkpoint = checkpoints.read(signature)
    except Unsigned as error:
        return error.why
    return None if checkpoint == wanted else "it says something else"


def sealed() -> Iterator[Sealed]:
    """Yield what is sealed, in the chain's order."""
    after = 0
    rows = Seal.objects.order_by("position").values(*_SEAL, *(f"event__{it}" for it in lines.COLUMNS))
    while chunk := list(rows.filter(position__gt=after)[:IN_MEMORY]):
        yield from (_sealed(it) for it in chunk)
        after = chunk[-1]["position"]


_SEAL = ("position", "digest", "signature", *(f"{it}_{part}" for it in MARKED for part in ("salt", "mark")))


def _sealed(row: Mapping[str, Any]) -> Sealed:
    gone = row["event__id"] is None
    return Sealed(
        row["position"],
        bytes(row["digest"]),
        None if gone else lines.plain({it: row[f"event__{it}"] for it in lines.COLUMNS}),
        {it: salt for it in MARKED if (salt := bytes(row[f"{it}_salt"]))},
        {it: mark for it in MARKED if (mark := bytes(row[f"{it}_mark"]))},
        row["signature"],
    )
