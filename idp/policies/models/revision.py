"""The access policy in the database: revisions, each a whole policy, and the rules of each revision."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce

from idp.policies.access.conditions import Condition, read_all
from idp.policies.access.rules import EFFECT_NAMES, MODE_NAMES, Effect, Mode, Policy, Rule

MODES = [(mode.value, name) for mode, name in MODE_NAMES.items()]
EFFECTS = [(effect.value, name) for effect, name in EFFECT_NAMES.items()]
DEFAULTS = [(Effect.ALLOW.value, "allow"), (Effect.DENY.value, "deny")]


class Unchangeable(Exception):
    """Code tried to change or delete a revision that is, or was, in force."""


class State(models.TextChoices):
    """The state of a revision. One revision is live, at most one is a draft, and any number are past."""

    DRAFT = "draft", "draft"
    LIVE = "live", "in force"
    PAST = "past", "past"


class PolicyRevisionQuerySet(models.QuerySet["PolicyRevision"]):
    """Queries for revisions. Only a draft can be changed or deleted."""

    def live(self) -> "PolicyRevisionQuerySet":
        """The revision in force."""
        return self.filter(state=State.LIVE)

    def draft(self) -> "PolicyRevisionQuerySet":
        """The draft, if there is one."""
        return self.filter(state=State.DRAFT)

    def update(self, **fields: Any) -> int:
        """Change drafts only. Raises Unchangeable for others."""
        _only_drafts(self.exclude(state=State.DRAFT))
        return super().update(**fields)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Remove drafts only. Raises Unchangeable for others."""
        _only_drafts(self.exclude(state=State.DRAFT))
        return super().delete()

    def hold(self) -> None:
        """Take the lock that every writer of the policy takes. What is read afterwards is up to date.

        It locks the row of revision 1. The live revision is another row after each publication, so a writer that
        waited for it would lock the wrong row.
        """
        models.QuerySet.update(self.filter(number=1), state=F("state"))

    def retire(self) -> None:
        """Make the revision in force a past one. Its rules stay."""
        models.QuerySet.update(self.live(), state=State.PAST)

    def next_number(self) -> int:
        """Return the number of the next revision to be published."""
        last: int = self.aggregate(last=Coalesce(Max("number"), 0))["last"]
        return last + 1


class PolicyRevision(models.Model):
    """One whole access policy. A draft has no number yet. A live or past revision never changes again.

    `author` is empty if a command or the installation itself wrote it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(null=True, blank=True, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    default_effect = models.CharField(max_length=12, choices=DEFAULTS, default=Effect.ALLOW.value)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField("published", null=True, blank=True)
    restored = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="restorations")

    objects = PolicyRevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = "revision of the access policy"
        verbose_name_plural = "revisions of the access policy"
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state=State.LIVE), name="one_live_revision"),
            models.UniqueConstraint(fields=["state"], condition=Q(state=State.DRAFT), name="one_draft"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="a_revision_has_a_known_state"),
            models.CheckConstraint(
                condition=Q(default_effect__in=[it for it, _ in DEFAULTS]), name="the_default_allows_or_denies"
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT, number__isnull=True, at__isnull=True)
                | (~Q(state=State.DRAFT) & Q(number__isnull=False, number__gte=1, at__isnull=False) & ~Q(reason="")),
                name="published_with_number_and_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Revision {self.number}" if self.number else "Draft"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save a new revision or a draft. Raises Unchangeable for a published one."""
        _only_drafts(PolicyRevision.objects.filter(pk=self.pk).exclude(state=State.DRAFT))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete a draft. Raises Unchangeable for a published revision."""
        _only_drafts(PolicyRevision.objects.filter(pk=self.pk).exclude(state=State.DRAFT))
        return super().delete(*args, **kwargs)

    @property
    def policy(self) -> Policy:
        """The frozen value that `evaluate` takes."""
        rules = tuple(row.rule for row in self.rules.all())
        return Policy(rules, Effect(self.default_effect), self.number or 0)


class AccessRuleQuerySet(models.QuerySet["AccessRule"]):
    """Queries for access rules. Only the rules of a draft can be changed or deleted."""

    def in_order(self) -> "AccessRuleQuerySet":
        """The rules, in the order in which they are asked."""
        return self.order_by("position")

    def update(self, **fields: Any) -> int:
        """Change rules of a draft only. Raises Unchangeable for others."""
        _only_drafts(self.exclude(revision__state=State.DRAFT))
        return super().update(**fields)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Remove rules of a draft only. Raises Unchangeable for others."""
        _only_drafts(self.exclude(revision__state=State.DRAFT))
        return super().delete()

    def bulk_create(self, objs: Iterable["AccessRule"], *args: Any, **kwargs: Any) -> list["AccessRule"]:
        """Add rules to drafts. Raises Unchangeable for a published revision."""
        rows = list(objs)
        published = PolicyRevision.objects.exclude(state=State.DRAFT)
        _only_drafts(published.filter(pk__in={row.revision_id for row in rows}))
        return super().bulk_create(rows, *args, **kwargs)

    def free_position(self) -> int:
        """Return the position after the last of these rules."""
        last: int = self.aggregate(last=Coalesce(Max("position"), 0))["last"]
        return last + 1


class AccessRule(models.Model):
    """One rule of one revision, asked in order of `position`. Its `key` is the same in all revisions."""

    revision = models.ForeignKey(PolicyRevision, models.CASCADE, related_name="rules", editable=False)
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveIntegerField(editable=False)
    name = models.CharField(max_length=100)
    mode = models.CharField(max_length=12, choices=MODES, default=Mode.WATCH.value)
    effect = models.CharField(max_length=12, choices=EFFECTS)
    scope = models.JSONField(default=list, editable=False)
    conditions = models.JSONField(default=list, editable=False)
    message = models.CharField(
        max_length=200,
        blank=True,
        help_text="What a refused agent reads. If empty, they read a sentence about their phone.",
    )

    objects = AccessRuleQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="a_position_once_in_a_revision"),
            models.UniqueConstraint(fields=["revision", "key"], name="a_key_once_in_a_revision"),
            models.CheckConstraint(condition=Q(mode__in=list(Mode)), name="a_rule_has_a_known_mode"),
            models.CheckConstraint(condition=Q(effect__in=list(Effect)), name="a_rule_has_a_known_effect"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save a rule of a draft. A new rule goes after the others. Raises Unchangeable for a published revision."""
        _only_drafts(PolicyRevision.objects.filter(pk=self.revision_id).exclude(state=State.DRAFT))
        if self.position is None:
            self.position = self.revision.rules.all().free_position()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete a rule of a draft. Raises Unchangeable for a published revision."""
        _only_drafts(PolicyRevision.objects.filter(pk=self.revision_id).exclude(state=State.DRAFT))
        return super().delete(*args, **kwargs)

    @property
    def sentence(self) -> str:
        """The rule as an operator would say it."""
        return self.rule.sentence

    @property
    def readable(self) -> bool:
        """Whether all stored conditions can be read."""
        return self.rule.readable

    @property
    def condition_values(self) -> tuple[Condition, ...]:
        """The stored conditions as values. One that cannot be read is an `Unreadable`."""
        return read_all(self.conditions)

    @property
    def rule(self) -> Rule:
        """The frozen value that `evaluate` takes."""
        return Rule(
            key=str(self.key),
            name=self.name,
            mode=Mode(self.mode),
            effect=Effect(self.effect),
            conditions=self.condition_values,
            message=self.message,
            scope=tuple(map(str, self.scope)) if isinstance(self.scope, list) else (),
        )


def _only_drafts(published: models.QuerySet[Any]) -> None:
    if published.exists():
        raise Unchangeable("a revision that is, or was, in force cannot be changed or removed")
