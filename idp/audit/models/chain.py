"""The chain of seals over the lines of the trail."""

from typing import Final

from django.db import models
from django.db.models import F, Q

from idp.audit.models.login_event import LoginEvent

ONLY: Final = 1
"""The key of a table's one row."""


class Chain(models.Model):
    """Where the chain of seals begins and ends, in one row. Sealing and deleting lock it.

    It ends at `position` with `digest`. It begins after `anchor`, the position of the last line that the purge took,
    which had `anchor_digest`; `anchor_signature` shows that it was the purge. Lines up to the id `settled` are sealed,
    so sealing looks beyond it. `latest` is the latest instant of a sealed line. The triggers let lines go only while
    `forgetting`, which is true within a transaction of `audit.forgetting` and seen by nobody else.
    """

    position = models.BigIntegerField(default=0)
    digest = models.BinaryField(max_length=32, default=bytes(32))
    anchor = models.BigIntegerField(default=0)
    anchor_digest = models.BinaryField(max_length=32, default=bytes(32))
    anchor_signature = models.TextField(blank=True)
    settled = models.BigIntegerField(default=0)
    latest = models.DateTimeField(null=True)
    forgetting = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=ONLY), name="there_is_one_chain"),
            models.CheckConstraint(condition=Q(position__gte=F("anchor")), name="a_chain_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"chain of {self.position - self.anchor} lines"


class Seal(models.Model):
    """A line's place in the chain (`audit.chain.digests`), given after the line was committed and never changed.

    `latest` is the latest instant of any line up to here, none of them later than its sealing; by it lines leave in
    the chain's own order. The last seal of each batch carries a signature (`audit.chain.checkpoints`).
    """

    position = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(LoginEvent, models.PROTECT, related_name="seal")
    digest = models.BinaryField(max_length=32)
    address_salt = models.BinaryField(max_length=16, default=bytes)
    address_mark = models.BinaryField(max_length=32, default=bytes)
    user_agent_salt = models.BinaryField(max_length=16, default=bytes)
    user_agent_mark = models.BinaryField(max_length=32, default=bytes)
    latest = models.DateTimeField(db_index=True)
    signature = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.CheckConstraint(condition=Q(position__gt=0), name="positions_count_from_one")]

    def __str__(self) -> str:
        return f"{self.position}"
