"""People who sign in, and the browsers they do it in."""

import uuid
from datetime import datetime, timedelta
from typing import Any, NoReturn

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest, Lower

from idp.agents.roles import ROLES
from idp.agents.writable import UNWRITABLE
from idp.conf import MOST_PHONES

CUTOFFS_STAY = "What was ended stays ended: a cutoff can be neither changed nor removed."
LONGEST_PASS = timedelta(hours=24)
writable = RegexValidator(
    UNWRITABLE, "This holds a character that cannot be written down. Type it again.", inverse_match=True
)


class Department(models.Model):
    """A part of the contact centre."""

    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="one_department_of_each_name",
                violation_error_message="There is already a department of this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class AgentManager(BaseUserManager["Agent"]):
    """Makes agents, who have no password, and operators, who have one."""

    def get_by_natural_key(self, username: str | None) -> "Agent":
        """Find a person by e-mail, in any letter case."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Agent":
        """Make an agent. Without a password nobody can sign in to the admin as them."""
        agent = self.model(email=email.strip(), **fields)
        agent.set_password(password)
        agent.save()
        return agent

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Agent":
        """Make an operator who may do everything."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})


class Agent(AbstractBaseUser, PermissionsMixin):
    """A person: an agent who proves a phone number, or an operator (`is_staff`) with a password."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail", max_length=254)
    full_name = models.CharField(max_length=256, validators=[writable])
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="agents")
    is_active = models.BooleanField(
        "may sign in", default=True, help_text="Switching this off ends every sign-in at once."
    )
    is_staff = models.BooleanField(
        "operator", default=False, help_text="May open this admin, with a password and a second factor."
    )
    may_use_app = models.BooleanField(
        "may use an authenticator app",
        default=False,
        help_text="The agent registers it at /me. Switching this off makes a registered app worth nothing.",
    )
    may_make_recovery_codes = models.BooleanField(
        default=False, help_text="The agent makes them at /me. An operator can make some for anybody."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AgentManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        ordering = ["full_name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_agent_of_each_email",
                violation_error_message="Somebody already has this e-mail.",
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def role_names(self) -> tuple[str, ...]:
        """The agent's roles in the order of the closed list."""
        held = {role.role for role in self.roles.all()}
        return tuple(role for role in ROLES if role in held)


class AgentRole(models.Model):
    """One role of one agent."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="roles")
    role = models.CharField(max_length=40, choices=[(role, role) for role in ROLES])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "role"], name="an_agent_has_a_role_once"),
            models.CheckConstraint(condition=Q(role__in=ROLES), name="a_role_is_one_of_the_closed_list"),
        ]

    def __str__(self) -> str:
        return self.role


SLOTS = range(1, MOST_PHONES + 1)


class Kind(models.TextChoices):
    """Mobile devices take one of the agent's slots; desktops neither evict nor are evicted."""

    MOBILE = "mobile", "phone"
    DESKTOP = "desktop", "computer"


class Reason(models.TextChoices):
    """Why a device was revoked. Limits are no reasons: they are computed."""

    REPLACED = "replaced", "another phone signed in"
    AGENT = "agent", "signed out by the agent"
    OPERATOR = "operator", "signed out by an operator"
    SWITCHED_OFF = "switched off", "the agent was switched off"
    NUMBER_CHANGED = "number changed", "the mobile number was changed"
    COPIED = "copied", "an old copy of its sign-in was used"
    HANDED_OVER = "handed over", "another agent signed in with it"
    REPORTED = "reported", "the agent said: that was not me"
    EVERYONE = "everyone", "everyone was signed out"


class DeviceQuerySet(models.QuerySet["Device"]):
    """Devices, in words."""

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
    """A browser in which an agent passed a code, or an app (`client`) that came for one.

    `generation` counts the codes passed on it. A `remembered` device holds a long-lived token, which is
    then the only proof; the browser knows the device itself by a secret of which only the hash is here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="devices")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    slot = models.PositiveSmallIntegerField(null=True, blank=True)
    remembered = models.BooleanField()
    label = models.CharField(max_length=100)
    family = models.CharField(max_length=16)
    touch_points = models.PositiveSmallIntegerField(null=True, blank=True)
    secret_hash = models.CharField(max_length=64, blank=True)
    client = models.CharField("app", max_length=40, blank=True)
    generation = models.PositiveIntegerField(default=1)
    authenticated_at = models.DateTimeField("last code")
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
        indexes = [models.Index(fields=["changed_at", "id"], name="devices_by_their_last_change")]
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


class CutoffQuerySet(models.QuerySet["Cutoff"]):
    """Cutoffs are only added."""

    def update(self, **_: Any) -> NoReturn:
        """Refuse."""
        raise ValidationError(CUTOFFS_STAY)

    def delete(self) -> NoReturn:
        """Refuse."""
        raise ValidationError(CUTOFFS_STAY)


class Cutoff(models.Model):
    """*Everyone out*: a sign-in whose code was given at this instant or before does not count any more.

    `by` is None where it came from the command line.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="cutoffs")
    why = models.CharField(max_length=200)

    objects = CutoffQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["at"], name="latest_cutoff")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}, {self.why}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add a cutoff; one that is there stays as it is."""
        if self.pk is not None:
            raise ValidationError(CUTOFFS_STAY)
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise ValidationError(CUTOFFS_STAY)


class AccessPassQuerySet(models.QuerySet["AccessPass"]):
    """Passes, in words."""

    def running(self, now: datetime) -> "AccessPassQuerySet":
        """Those that let somebody in at this instant."""
        return self.filter(until__gt=now, ended_at__isnull=True)


class AccessPass(models.Model):
    """Lets one agent in for a while, past access rules and a stop of all sign-ins. Without `by`: the command line."""

    agent = models.ForeignKey(Agent, models.PROTECT, related_name="passes")
    given_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField("taken back", null=True, blank=True)
    by = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="given_passes")
    why = models.CharField(max_length=200)

    objects = AccessPassQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at"]
        verbose_name_plural = "access passes"
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("given_at")) & Q(until__lte=F("given_at") + LONGEST_PASS),
                name="a_pass_of_up_to_24_hours",
                violation_error_message="A pass runs for up to 24 hours.",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="a_pass_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.agent} until {self.until:%Y-%m-%d %H:%M} UTC"
