"""The tables of the login: flows and loans."""

import uuid

from django.db import models
from django.db.models import F, Q

from idp.agents.authentication import OPENING, Method
from idp.agents.models import Agent, Device
from idp.login.ladder.requirements import LoginRequirements
from idp.otp.models import Verification
from idp.policies import in_force, timeouts
from idp.policies.models import TimeoutPolicy


def every_proof() -> list[str]:
    """Return the names of all methods that can open a session."""
    return sorted(OPENING)


class Loan(models.Model):
    """One sign-in to one service that a browser may make as an app's device, because the app sent it there.

    It proves nothing else, and does not make the browser a device. Only a keyed hash of the secret is stored.
    """

    secret_hash = models.CharField(max_length=64, unique=True)
    device = models.ForeignKey(Device, models.CASCADE, related_name="loans")
    service = models.CharField(max_length=50)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="a_loan_expires_after_it_was_made"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__gte=F("made_at")),
                name="a_loan_is_used_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.made_at:%H:%M:%S}"


class LoginFlow(models.Model):
    """A login that needed a page: what a protocol asked for, how far it is, and whether it was answered.

    The browser holds the ID, which is valid only together with the flow cookie. `protocol` belongs to the protocol.
    `approved` is the verification whose code was right in this flow: Verify approves a code once, and the sign-in may
    have to be written later. `after_line` is that of `flow.sign_in.Proved`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    secret_hash = models.CharField(max_length=64)
    service = models.CharField(max_length=50)
    service_name = models.CharField(max_length=100)
    timeout_policy = models.ForeignKey(TimeoutPolicy, models.CASCADE)
    force_authn = models.BooleanField(default=False)
    is_passive = models.BooleanField(default=False)
    accepted = models.JSONField(default=every_proof)
    enrols_browser = models.BooleanField(default=True)
    leads_to = models.CharField(max_length=300, blank=True)
    return_to = models.CharField(max_length=200)
    protocol = models.JSONField(default=dict)
    typed = models.CharField(max_length=254, blank=True)
    verification = models.ForeignKey(Verification, models.SET_NULL, null=True, related_name="flows")
    approved = models.ForeignKey(Verification, models.SET_NULL, null=True, related_name="+")
    touch_points = models.PositiveSmallIntegerField(null=True)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    agent = models.ForeignKey(Agent, models.CASCADE, null=True, related_name="flows")
    device = models.ForeignKey(Device, models.CASCADE, null=True, related_name="flows")
    session_index = models.CharField(max_length=40, blank=True)
    method = models.CharField(max_length=8, blank=True)
    opened_by = models.CharField(max_length=8, blank=True)
    authenticated_at = models.DateTimeField(null=True)
    after_line = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = "login under way"
        verbose_name_plural = "logins under way"
        constraints = [
            models.CheckConstraint(
                condition=Q(claimed_at__isnull=True) | Q(finished_at__isnull=False),
                name="claimed_after_it_was_finished",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True)
                | Q(agent__isnull=False, authenticated_at__isnull=False)
                & (Q(enrols_browser=True, device__isnull=False) | Q(enrols_browser=False, device__isnull=True)),
                name="finished_by_somebody_on_some_device",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("begun_at")), name="expires_after_it_began"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.begun_at:%H:%M:%S}"

    texts_fail: str | None = None
    """Why no code can be sent, as of when the row was read; empty if one can, None if nobody looked."""

    has_replaced: bool | None = None
    """Whether its device replaced others, as of when the row was read; None if nobody looked."""

    def accepts(self, method: Method) -> bool:
        """Whether the service accepts a session that this method opened."""
        return method in self.accepted

    @property
    def is_in_doubt(self) -> bool:
        """Whether a code that was typed here had no verdict, so that Verify may have used it up.

        It says nothing about the code or the number: a decoy is in doubt just as easily.
        """
        return self.verification is not None and self.verification.unjudged_in == self.pk

    @property
    def limits(self) -> timeouts.TimeoutPolicy:
        """The current limits of its timeout policy."""
        return in_force.limits_of(self.timeout_policy_id)

    @property
    def requirements(self) -> LoginRequirements:
        """What the protocol asks for."""
        return LoginRequirements(
            service=self.service,
            service_name=self.service_name,
            force_authn=self.force_authn,
            is_passive=self.is_passive,
            accepted=frozenset(map(Method, self.accepted)),
            enrols_browser=self.enrols_browser,
            leads_to=self.leads_to,
        )

    @property
    def code_sent(self) -> bool:
        """Whether the flow awaits a code, by text or otherwise."""
        return self.verification_id is not None
