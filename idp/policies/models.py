"""Timeout policies and access rules as operators keep them."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce

from idp.policies import access, timeouts
from idp.policies.conditions import Condition, from_json

LONGEST_INACTIVITY = timeouts.ENHANCED.inactivity
DOES_NOT_READ = (KeyError, TypeError, ValueError)

MODES = [
    (access.Mode.OFF.value, "off"),
    (access.Mode.WATCH.value, "watch only"),
    (access.Mode.ON.value, "on"),
]
EFFECTS = [
    (access.Effect.ALLOW.value, "allow"),
    (access.Effect.ASK_CODE.value, "ask for a code"),
    (access.Effect.DENY.value, "deny"),
]


class TimeoutPolicy(models.Model):
    """How long sign-ins count, for the service providers that chose this row. The built-in rows stay."""

    name = models.CharField(max_length=60, unique=True)
    inactivity = models.DurationField(help_text="A sign-in ends this long after it was last used.")
    absolute = models.DurationField(help_text="A sign-in ends this long after it began, however much in use.")
    code_again_after = models.DurationField(
        null=True, blank=True, help_text="A code is asked again this long after the last one. Empty: never."
    )
    built_in = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["-built_in", "name"]
        verbose_name_plural = "timeout policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(inactivity__gt=timedelta(0)) & Q(inactivity__lte=LONGEST_INACTIVITY),
                name="inactivity_up_to_seven_days",
                violation_error_message="Inactivity must be more than nothing and at most 7 days.",
            ),
            models.CheckConstraint(
                condition=Q(absolute__gte=F("inactivity")),
                name="absolute_not_under_inactivity",
                violation_error_message="The absolute limit cannot lie under inactivity.",
            ),
            models.CheckConstraint(
                condition=Q(code_again_after__isnull=True) | Q(code_again_after__gte=F("absolute")),
                name="code_again_not_under_absolute",
                violation_error_message="A new code cannot be due before the absolute limit.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save an operator's own policy; a built-in row is refused once it exists."""
        if self.built_in and self.pk is not None:
            raise ValidationError("A built-in timeout policy cannot be changed. Add one of your own.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Remove an operator's own policy; a built-in row stays."""
        if self.built_in:
            raise ValidationError("A built-in timeout policy cannot be removed.")
        return super().delete(*args, **kwargs)

    @property
    def limits(self) -> timeouts.TimeoutPolicy:
        """The frozen value that the pure rules take."""
        return timeouts.TimeoutPolicy(self.name, self.inactivity, self.absolute, self.code_again_after)


def install_built_in(**_: object) -> None:
    """Put the built-in policies into a database that lacks them. Connected to Django's post_migrate."""
    for policy in timeouts.BUILT_IN:
        TimeoutPolicy.objects.get_or_create(
            name=policy.name,
            defaults={
                "inactivity": policy.inactivity,
                "absolute": policy.absolute,
                "code_again_after": policy.code_again_after,
                "built_in": True,
            },
        )


class AccessRuleQuerySet(models.QuerySet["AccessRule"]):
    """Access rules, in words."""

    def in_order(self) -> "AccessRuleQuerySet":
        """All of them, the first to be asked first."""
        return self.order_by("position")

    @transaction.atomic
    def move(self, rule: "AccessRule", steps: int) -> None:
        """Exchange a rule with its neighbour above (-1) or below (1); at either end nothing happens."""
        ordered = list(self.in_order())
        place = next(index for index, other in enumerate(ordered) if other.pk == rule.pk)
        if not 0 <= place + steps < len(ordered):
            return
        neighbour = ordered[place + steps]
        here, there = ordered[place].position, neighbour.position
        self.filter(pk=rule.pk).update(position=self._free_position())
        self.filter(pk=neighbour.pk).update(position=here)
        self.filter(pk=rule.pk).update(position=there)

    def _free_position(self) -> int:
        last: int = self.aggregate(last=Coalesce(Max("position"), 0))["last"]
        return last + 1


class AccessRule(models.Model):
    """One rule of the access policy. Rules are asked in order of `position`; the first match wins."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    position = models.PositiveIntegerField(unique=True, editable=False)
    name = models.CharField(max_length=100)
    mode = models.CharField(max_length=12, choices=MODES, default=access.Mode.WATCH.value)
    effect = models.CharField(max_length=12, choices=EFFECTS)
    conditions = models.JSONField(default=list, editable=False)
    message = models.CharField(
        max_length=200, blank=True, help_text="What a refused agent reads. Empty: a sentence about the phone."
    )

    objects = AccessRuleQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(mode__in=[mode.value for mode in access.Mode]), name="a_rule_has_a_known_mode"
            ),
            models.CheckConstraint(
                condition=Q(effect__in=[effect.value for effect in access.Effect]),
                name="a_rule_has_a_known_effect",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the rule; a new one goes below the others."""
        if self.position is None:
            self.position = AccessRule.objects.all()._free_position()
        super().save(*args, **kwargs)

    @property
    def sentence(self) -> str:
        """The rule as an operator would say it."""
        if not self.readable:
            return "Unreadable: nobody is let in until this rule is deleted"
        when = " and ".join(condition.sentence() for condition in self.asked)
        effect = self.get_effect_display().capitalize()
        return f"{effect} if {when}" if when else f"{effect} always"

    @property
    def readable(self) -> bool:
        """Whether the stored conditions read; while one rule's do not, nobody is let in."""
        try:
            return isinstance(self.asked, tuple)
        except DOES_NOT_READ:
            return False

    @property
    def asked(self) -> tuple[Condition, ...]:
        """The stored conditions as values. Raises ValueError if a row does not read."""
        return tuple(from_json(stored) for stored in self.conditions)

    @property
    def rule(self) -> access.Rule:
        """The frozen value that `evaluate` takes."""
        return access.Rule(
            key=str(self.key),
            name=self.name,
            mode=access.Mode(self.mode),
            effect=access.Effect(self.effect),
            conditions=self.asked,
            message=self.message,
        )


def name_of(decided_by: str) -> str:
    """Return the name of the rule that decided, or what else did."""
    rules = {str(rule.key): rule.name for rule in AccessRule.objects.all()}
    return rules.get(decided_by, decided_by)


def rules_in_force() -> Sequence[access.Rule] | None:
    """Return the whole rule set in order, or None if a row does not read: then nobody may be let in."""
    try:
        return [row.rule for row in AccessRule.objects.in_order()]
    except DOES_NOT_READ:
        return None
