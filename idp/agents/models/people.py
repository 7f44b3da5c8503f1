"""People who sign in, their roles, and where they work."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from idp.agents.roles import ROLES
from idp.agents.writable import UNWRITABLE, undirected
from idp.sql.any_case import InAnyCase

writable = RegexValidator(
    UNWRITABLE, "This holds a character that cannot be written down. Type it again.", inverse_match=True
)
UNSEEN = "Nothing of this name can be seen. Type it again."


def languages() -> list[tuple[str, str]]:
    """Return the languages of agents' pages. A function, so that a new language needs no migration."""
    return list(settings.LANGUAGES)


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

    def clean(self) -> None:
        """Drop what would turn sentences with the name around. An import does the same.

        Raises ValidationError if nothing is left, or if XML cannot hold the rest: no agent of it could sign in.
        """
        super().clean()
        named, self.name = bool(self.name), undirected(self.name).strip()
        if named and not self.name:
            raise ValidationError({"name": UNSEEN})
        try:
            writable(self.name)
        except ValidationError as error:
            raise ValidationError({"name": error}) from error


class AgentManager(BaseUserManager["Agent"]):
    """Makes agents, who have no password, and operators, who have one."""

    def get_by_natural_key(self, username: str | None) -> "Agent":
        """Find a person by email, in any letter case."""
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
    email = models.EmailField("email", max_length=254)
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
        help_text="The agent registers it at /me. If you switch this off, a registered app stops working.",
    )
    may_make_recovery_codes = models.BooleanField(
        default=False, help_text="The agent makes them at /me. An operator can make them for any agent."
    )
    language = models.CharField(
        max_length=10,
        blank=True,
        choices=languages,
        help_text="For the agent's pages and texts, unless they choose another one in their browser.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    held_roles: frozenset[str] | None = None
    """The roles, if they were read together with the agent."""
    has_devices: bool | None = None
    """Whether any device is signed in, if that was read with the agent, whose row is locked."""

    objects = AgentManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        ordering = ["full_name"]
        indexes = [
            models.Index(fields=["full_name", "-id"], name="agents_by_name"),
            models.Index(fields=["created_at", "id"], name="agents_in_their_order"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_agent_of_each_email",
                violation_error_message="Somebody already has this email.",
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def clean(self) -> None:
        """Drop what would turn sentences about the agent around; it comes along when a name is pasted.

        Raises ValidationError if nothing is left.
        """
        super().clean()
        named, self.full_name = bool(self.full_name), undirected(self.full_name).strip()
        if named and not self.full_name:
            raise ValidationError({"full_name": UNSEEN})

    @property
    def role_names(self) -> tuple[str, ...]:
        """The agent's roles in the order of the closed list."""
        held = {role.role for role in self.roles.all()} if self.held_roles is None else self.held_roles
        return tuple(role for role in ROLES if role in held)


Agent._meta.get_field("email").register_lookup(InAnyCase)


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
