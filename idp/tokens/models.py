"""The stored facts of each long-lived token. The token itself is not stored."""

import uuid

from django.db import models
from django.db.models import F, Q

from idp.agents.models import Device
from idp.tokens.rotation import CHILDREN


class LongLivedToken(models.Model):
    """One token that a device received: the root after a code, then a child at each sign-in.

    `parent` is the parent's `jti`, without a foreign key, because rows are deleted when they expire.
    """

    jti = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    device = models.ForeignKey(Device, models.CASCADE, related_name="tokens", db_index=False)
    parent = models.UUIDField(null=True, blank=True)
    nth = models.PositiveSmallIntegerField(default=0)
    generation = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-issued_at"]
        verbose_name = "long-lived token"
        indexes = [
            models.Index(fields=["-issued_at"], name="latest_tokens"),
            # A device has a token for each sign-in of a week; a rotation asks for the newest and those not retired.
            models.Index(fields=["device", "generation", "issued_at"], name="tokens_of_a_device"),
            models.Index(fields=["device"], condition=Q(retired_at__isnull=True), name="tokens_not_retired"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(confirmed_at__isnull=False, retired_at__isnull=True),
                name="one_current_token_of_a_device",
            ),
            models.UniqueConstraint(fields=["parent", "nth"], name="a_child_is_handed_out_once"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, nth=0, confirmed_at__isnull=False)
                | Q(parent__isnull=False, nth__gte=1, nth__lte=CHILDREN),
                name="a_confirmed_root_or_one_of_five_children",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="expires_after_issue"),
        ]

    def __str__(self) -> str:
        return str(self.jti)
