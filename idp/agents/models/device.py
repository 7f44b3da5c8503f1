"""The browsers and apps in which agents gave a right code."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest

from idp.agents.models.people import Agent
from idp.conf import MOST_PHONES

SLOTS = range(1, MOST_PHONES + 1)
LONGEST_LABEL = 100


class Kind(models.TextChoices):
    """Mobile devices take one of the agent's slots. Desktops never replace a device and are never replaced."""

    MOBILE = "mobile", "phone"
    DESKTOP = "desktop", "computer"


class Reason(models.TextChoices):
    """Why a device was revoked. Limits are not listed, because they are computed."""

    REPLACED = "replaced", "another phone signed in"
    AGENT = "agent", "signed out by the agent"
    OPERATOR = "operator", "signed out by an operator"
    SWITCHED_OFF = "switched off", "the agent was switched off"
    NUMBER_CHANGED = "number changed", "the mobile number was changed"
    COPIED = "copied", "an old copy of its sign-in was used"
    HANDED_OVER = "handed over", "another agent signed in on it"
    REPORTED = "reported", "the agent reported: that was not me"
    EVERYONE = "everyone", "everyone was signed out"


class DeviceQuerySet(models.QuerySet["Device"]):
    """Queries for devices."""

    def active(self) -> "DeviceQuerySet":
        """Those that were not revoked."""
        return self.filter(revoked_at__isnull=True)

    def of(self, agent: Agent) -> "DeviceQuerySet":
        """Those of one agent."""
        return self.filter(agent=agent)

    def phones(self) -> "DeviceQuerySet":
        """Those that take one of the agent's slots."""
        return self.filter(kind=Kind.MOBILE)


class Device(models.Model):
    """A browser in which an agent entered a right code, or an app (`client`) that an agent signed in to.

    `generation` counts the right codes, and `last_cutoff` is the ID of the last *everyone out* before the last of them,
    or 0. A `remembered` device has a long-lived token, which is then the only proof. The browser identifies the device
    by a secret, of which only the hash is stored.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="devices")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    slot = models.PositiveSmallIntegerField(null=True, blank=True)
    remembered = models.BooleanField()
    label = models.CharField(max_length=LONGEST_LABEL)
    family = models.CharField(max_length=16)
    touch_points = models.PositiveSmallIntegerField(null=True, blank=True)
    secret_hash = models.CharField(max_length=64, blank=True)
    client = models.CharField("app", max_length=40, blank=True)
    generation = models.PositiveIntegerField(default=1)
    authenticated_at = models.DateTimeField("last code")
    last_cutoff = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    enrolled_at = models.DateTimeField("signed in since")
    last_seen_at = models.DateTimeField("last sign-in")
    revoked_at = models.DateTimeField("ended", null=True, blank=True)
    reason = models.CharField(max_length=16, choices=Reason.choices, blank=True)
    app_version = models.CharField(max_length=40, blank=True)
    push_provider = models.CharField(max_length=16, blank=True)
    push_address = models.CharField(max_length=2048, blank=True)
    described_at = models.DateTimeField("described itself", null=True, blank=True)
    changed_at = models.GeneratedField(
        expression=Greatest(
            "enrolled_at",
            "authenticated_at",
            Coalesce("revoked_at", "enrolled_at"),
            Coalesce("described_at", "enrolled_at"),
        ),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="replaced")

    objects = DeviceQuerySet.as_manager()

    class Meta:
        ordering = ["-last_seen_at"]
        indexes = [
            models.Index(fields=["changed_at", "id"], name="devices_by_their_last_change"),
            models.Index(fields=["secret_hash"], name="devices_by_their_secret"),  # of revoked ones, too
            models.Index(fields=["-enrolled_at"], name="latest_devices"),
            models.Index(
                fields=["last_cutoff", "kind"], condition=Q(revoked_at__isnull=True), name="devices_signed_in_since"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["push_provider", "push_address"],
                condition=~Q(push_address=""),
                name="a_push_address_reaches_one_device",
            ),
            models.CheckConstraint(
                condition=Q(push_address="", push_provider="") | (~Q(push_address="") & ~Q(push_provider="")),
                name="a_push_address_has_a_provider",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(push_address=""), name="no_push_address_once_revoked"
            ),
            models.UniqueConstraint(
                fields=["agent", "slot"], condition=Q(revoked_at__isnull=True), name="one_active_phone_in_a_slot"
            ),
            models.UniqueConstraint(
                fields=["secret_hash"],
                condition=Q(revoked_at__isnull=True) & ~Q(secret_hash=""),
                name="a_secret_names_one_active_device",
            ),
            models.CheckConstraint(
                condition=Q(client="") & ~Q(secret_hash="") | ~Q(client="") & Q(secret_hash=""),
                name="a_browser_by_its_secret_or_an_app",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.MOBILE, slot__isnull=False, slot__in=SLOTS)
                | Q(kind=Kind.DESKTOP, slot__isnull=True),
                name="exactly_phones_have_a_slot",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, reason="")
                | (Q(revoked_at__isnull=False) & Q(reason__in=Reason.values)),
                name="revoked_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("enrolled_at")),
                name="revoked_after_enrolment",
            ),
        ]

    def __str__(self) -> str:
        return self.label
