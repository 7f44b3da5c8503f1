"""Personnel systems that may write people by SCIM, and the external IDs under which each knows them."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from idp.agents.models import Agent
from idp.bearer_secrets import keyed_hash, new_secret
from idp.sql.filled_together import filled_together


class PersonnelSystem(models.Model):
    """A system that provisions people, such as Okta or Entra ID. Of its secret only a keyed hash is stored."""

    name = models.CharField(max_length=100, unique=True, help_text="What the trail calls it, such as Workday.")
    enabled = models.BooleanField(default=True, help_text="Switching this off stops it at once.")
    secret_hash = models.CharField(max_length=64, blank=True, editable=False)
    secret_made_at = models.DateTimeField("secret made", null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["secret_hash"], condition=~Q(secret_hash=""), name="a_secret_is_of_one_personnel_system"
            ),
            models.CheckConstraint(
                condition=filled_together("secret_hash", "secret_made_at"),
                name="a_personnel_secret_was_made_some_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def make_secret(self, now: datetime) -> str:
        """Return a new secret, and save its hash in place of the old one."""
        secret = new_secret()
        self.secret_hash, self.secret_made_at = _hash(secret), now
        self.save(update_fields=["secret_hash", "secret_made_at"])
        return secret


class KnownAs(models.Model):
    """Links a personnel system to an agent: its `externalId` for them, and when it removed them, if it did.

    A removed agent is switched off, and that system no longer sees them until it or an operator restores them.
    """

    system = models.ForeignKey(PersonnelSystem, models.CASCADE, related_name="people")
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="known_as")
    external_id = models.CharField(max_length=255, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "ID in a personnel system"
        verbose_name_plural = "IDs in personnel systems"
        default_permissions = ()
        indexes = [
            models.Index(fields=["system"], condition=Q(removed_at__isnull=False), name="whom_a_system_removed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["system", "agent"], name="a_system_knows_an_agent_once"),
            models.UniqueConstraint(
                fields=["system", "external_id"], condition=~Q(external_id=""), name="an_external_id_is_of_one_agent"
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(external_id=""), name="whoever_was_removed_has_no_external_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} of {self.system_id}"


def system_of(secret: str) -> PersonnelSystem | None:
    """Return the system with this secret, if it is switched on."""
    return PersonnelSystem.objects.filter(secret_hash=_hash(secret), enabled=True).first() if secret else None


def _hash(secret: str) -> str:
    return keyed_hash("personnel system", secret)
