"""Phone numbers that can be proved, the other ways of proof, and the attempts."""

import uuid

from django.db import models
from django.db.models import F, Q
from django_otp.models import Device as OtpDevice

from idp.agents.models import Agent
from idp.otp.channels import Channel
from idp.otp.limits.allowances import SENDS, STRANGERS_TRIES, TRIES

NUMBER_NAME = "mobile number"  # django-otp wants each device named


class PhoneAuthenticator(OtpDevice):
    """The mobile number by which an agent proves who they are. Twilio alone holds the codes.

    A django-otp device, so that it stands beside an operator's other factors; in the admin it never
    counts as one (`web.operators.site`).
    """

    user = models.ForeignKey(Agent, models.CASCADE, related_name="numbers")
    number = models.CharField(
        max_length=16,
        unique=True,
        help_text="With + and country code.",
        error_messages={"unique": "Somebody else has this number."},
    )
    lifted_at = models.DateTimeField("pause lifted", null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^\+[1-9][0-9]{6,14}$"), name="a_number_is_in_e164")
        ]

    has_test: bool | None = None
    """Whether a test code is out for it, as it was when the row was read; None where nobody looked."""

    def __str__(self) -> str:
        return f"number ending {self.number[-2:]}"


class AuthenticatorApp(OtpDevice):
    """An agent's authenticator app. One that is not confirmed is being registered.

    No `TOTPDevice`: those are operators' factors, and what an agent registered by a text must never open the
    admin, not even for an agent who becomes an operator. The key is encrypted; `last_step` is the newest step of
    time whose code was used.
    """

    user = models.ForeignKey(Agent, models.CASCADE, related_name="apps")
    sealed_key = models.TextField()
    last_step = models.BigIntegerField(default=-1)
    made_at = models.DateTimeField("registered")
    used_at = models.DateTimeField("last used", null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "confirmed"], name="one_app_and_one_being_registered"),
        ]

    def __str__(self) -> str:
        return f"authenticator app of {self.user}"


class RecoveryCode(models.Model):
    """One printed code of an agent. Only a keyed hash of it is here."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__gte=F("made_at")),
                name="a_recovery_code_is_used_after_it_was_made",
            )
        ]

    def __str__(self) -> str:
        return f"recovery code of {self.agent}"


class OneTimeCode(models.Model):
    """A code that an operator gave an agent who cannot get a text. Only a keyed hash of it is here."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="one_time_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=100)
    given_by = models.ForeignKey(Agent, models.PROTECT, related_name="given_one_time_codes")
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-given_at"]
        default_permissions = ("view",)
        permissions = [("give_one_time_code", "Can give an agent a one-time code")]
        constraints = [
            models.UniqueConstraint(
                fields=["agent"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="one_open_one_time_code",
            ),
            models.CheckConstraint(condition=~Q(agent=F("given_by")), name="nobody_gives_themselves_a_code"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("given_at")), name="a_one_time_code_runs_out"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True), name="used_or_revoked_and_not_both"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_one_time_code_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"one-time code of {self.agent}"


class Outcome(models.TextChoices):
    """How a verification ended."""

    APPROVED = "approved", "right code"
    OTHERWISE = "otherwise", "proved in another way"
    EXPIRED = "expired", "ran out"


TRIED_IN_VAIN = (Q(outcome="") | Q(outcome=Outcome.EXPIRED)) & Q(tries__gt=0)
"""Of a verification: codes were typed, and none was right so far. Few are so, and have an index of their own."""


class Verification(models.Model):
    """One attempt to prove a number, from its first send to its end.

    Verify goes by number: every browser that asks for the same number meanwhile gets the same code, so
    sends and tries are counted here, over all of them. An identifier that belongs to nobody gets a decoy,
    without authenticator, that counts alike and never reaches Twilio. `counted_as` is a keyed hash of the
    number or, for a decoy, of what was typed.

    One that an operator asked for (`asked_by`) only tries whether texts arrive: it is counted by itself, and its code
    signs nobody in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authenticator = models.ForeignKey(
        PhoneAuthenticator, models.CASCADE, null=True, blank=True, related_name="verifications"
    )
    counted_as = models.CharField(max_length=64)
    sid = models.CharField(max_length=34, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    strangers_tries = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    asked_by = models.ForeignKey(
        Agent, models.PROTECT, null=True, blank=True, related_name="test_codes", db_index=False
    )

    class Meta:
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["counted_as", "started_at"], name="verifications_of_a_number"),
            models.Index(fields=["-started_at"], name="latest_verifications"),
            models.Index(fields=["started_at"], condition=TRIED_IN_VAIN, name="codes_tried_in_vain"),
            models.Index(fields=["asked_by"], condition=Q(asked_by__isnull=False), name="test_codes_of_an_operator"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["counted_as"], condition=Q(ended_at__isnull=True), name="one_open_verification"
            ),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=True) | Q(authenticator__isnull=False), name="a_test_code_is_for_somebody"
            ),
            models.CheckConstraint(condition=Q(tries__lte=TRIES), name="no_more_tries_than_allowed"),
            models.CheckConstraint(
                condition=Q(strangers_tries__lte=STRANGERS_TRIES) & Q(strangers_tries__lte=F("tries")),
                name="strangers_tries_are_fewer",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="")
                | (Q(ended_at__isnull=False, ended_at__gte=F("started_at")) & ~Q(outcome="")),
                name="an_end_has_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"verification of {self.started_at:%d %b %H:%M}"


class Breaker(models.Model):
    """Whether Verify fails for everybody just now. There is one row at most."""

    failures = models.PositiveIntegerField(default=0)
    window_from = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    next_probe_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="there_is_one_breaker"),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, next_probe_at__isnull=True, reason="")
                | (Q(opened_at__isnull=False, next_probe_at__isnull=False) & ~Q(reason="")),
                name="an_open_breaker_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.reason or "closed"


WENT_WELL = Q(answer="sent", code__isnull=True)
"""Of a send: Twilio took it, and had nothing to say. Nearly all are so; the others have an index of their own."""


class VerificationSend(models.Model):
    """One text or call, and what Twilio said to it. Reserved before Twilio is asked.

    `own` tells whether the agent's own phone asked. `asked_from` is a keyed hash of the address it asked from,
    `prefix` the beginning of the number, if one was typed.
    """

    verification = models.ForeignKey(Verification, models.CASCADE, related_name="sends")
    nth = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=8, choices=[(channel.value, channel.value) for channel in Channel])
    at = models.DateTimeField()
    own = models.BooleanField(default=False)
    asked_from = models.CharField(max_length=64, blank=True)
    prefix = models.CharField(max_length=8, blank=True)
    answer = models.CharField(max_length=40, blank=True)
    code = models.PositiveIntegerField("Twilio's number", null=True, blank=True)

    class Meta:
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["asked_from", "at"], name="sends_from_an_address"),
            models.Index(fields=["prefix", "at"], name="sends_to_a_prefix"),
            models.Index(fields=["at"], name="sends_in_order"),
            models.Index(fields=["at"], condition=~WENT_WELL, name="sends_that_failed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["verification", "nth"], name="a_send_is_counted_once"),
            models.CheckConstraint(condition=Q(nth__gte=1, nth__lte=SENDS), name="no_more_sends_than_allowed"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.nth}"


class DailyCodes(models.Model):
    """What was asked of Twilio, sent and right on one day (UTC) by one channel, once that day is over. Names nobody.

    A day that is counted has a row without channel too, most often of nothing: so no day is counted twice.
    """

    day = models.DateField()
    channel = models.CharField(max_length=8, blank=True)
    asked = models.PositiveIntegerField()
    sent = models.PositiveIntegerField()
    approved = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["day", "channel"], name="a_day_of_codes_is_counted_once"),
            models.CheckConstraint(condition=Q(sent__lte=F("asked")), name="no_more_sent_than_asked_for"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.channel}".strip()


class SafeListing(models.Model):
    """A number that is on Twilio's safe list, or is to be put on it, or taken off.

    `wanted` says what was asked for, `listed_at` since when it is on the list. `due_at` is when Twilio is asked
    next, None where nothing is left to do; `tries` counts the answers in a row that settled nothing.
    """

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="safe_listings")
    number = models.CharField(max_length=16, unique=True)
    wanted = models.BooleanField()
    asked_at = models.DateTimeField("asked for")
    listed_at = models.DateTimeField("on the list since", null=True, blank=True)
    due_at = models.DateTimeField("next request", null=True, blank=True, db_index=True)
    tried_at = models.DateTimeField("last request", null=True, blank=True, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    verdict = models.CharField("Twilio's answer", max_length=20, blank=True)
    code = models.PositiveIntegerField("Twilio's number", null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "pk"]
        default_permissions = ("view", "change")
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False) | Q(wanted=True, listed_at__isnull=True),
                name="safe_listings_not_done",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^\+[1-9][0-9]{6,14}$"), name="a_safe_listing_is_of_a_number_in_e164"
            ),
            models.CheckConstraint(
                condition=Q(listed_at__isnull=True) | Q(tried_at__isnull=False), name="only_twilio_puts_on_the_list"
            ),
        ]

    def __str__(self) -> str:
        return f"number ending {self.number[-2:]}"
