import datetime
import uuid

import django.db.models.deletion
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agents", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="TimeoutPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("inactivity", models.DurationField(help_text="A sign-in ends this long after it was last used.")),
                (
                    "absolute",
                    models.DurationField(help_text="A sign-in ends this long after it began, even while it is in use."),
                ),
                (
                    "code_again_after",
                    models.DurationField(
                        blank=True,
                        help_text="Agents need a new code this long after the last one. Empty: never.",
                        null=True,
                    ),
                ),
                ("built_in", models.BooleanField(default=False, editable=False)),
            ],
            options={
                "verbose_name_plural": "timeout policies",
                "ordering": ["-built_in", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("inactivity__gt", datetime.timedelta(0)), ("inactivity__lte", datetime.timedelta(days=7))
                        ),
                        name="inactivity_up_to_seven_days",
                        violation_error_message="Inactivity must be more than nothing and at most 7 days.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("absolute__gte", models.F("inactivity"))),
                        name="absolute_not_under_inactivity",
                        violation_error_message="The absolute limit cannot lie under inactivity.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code_again_after__isnull", True),
                            ("code_again_after__gte", models.F("absolute")),
                            _connector="OR",
                        ),
                        name="code_again_not_under_absolute",
                        violation_error_message="A new code cannot be due before the absolute limit.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyRevision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField(blank=True, null=True, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("live", "in force"), ("past", "past")],
                        default="draft",
                        max_length=8,
                    ),
                ),
                (
                    "default_effect",
                    models.CharField(choices=[("allow", "allow"), ("deny", "deny")], default="allow", max_length=12),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField(blank=True, null=True, verbose_name="published")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "restored",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restorations",
                        to="policies.policyrevision",
                    ),
                ),
            ],
            options={
                "verbose_name": "revision of the access policy",
                "verbose_name_plural": "revisions of the access policy",
                "ordering": ["-number"],
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "live")), fields=("state",), name="one_live_revision"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")), fields=("state",), name="one_draft"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "live", "past"])),
                        name="a_revision_has_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("default_effect__in", ["allow", "deny"])),
                        name="the_default_allows_or_denies",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("at__isnull", True), ("number__isnull", True), ("state", "draft")),
                            models.Q(
                                models.Q(("state", "draft"), _negated=True),
                                ("at__isnull", False),
                                ("number__gte", 1),
                                ("number__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="published_with_number_and_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("position", models.PositiveIntegerField(editable=False)),
                ("name", models.CharField(max_length=100)),
                (
                    "mode",
                    models.CharField(
                        choices=[("off", "off"), ("watch", "watch only"), ("on", "on")], default="watch", max_length=12
                    ),
                ),
                (
                    "effect",
                    models.CharField(
                        choices=[("allow", "allow"), ("ask_code", "ask for a code"), ("deny", "deny")], max_length=12
                    ),
                ),
                ("conditions", models.JSONField(default=list, editable=False)),
                (
                    "message",
                    models.CharField(
                        blank=True,
                        help_text="What a refused agent reads. If empty, they read a sentence about their phone.",
                        max_length=200,
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="policies.policyrevision",
                    ),
                ),
                ("scope", models.JSONField(default=list, editable=False)),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["off", "watch", "on"])), name="a_rule_has_a_known_mode"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effect__in", ["allow", "ask_code", "deny"])),
                        name="a_rule_has_a_known_effect",
                    ),
                    models.UniqueConstraint(fields=("revision", "position"), name="a_position_once_in_a_revision"),
                    models.UniqueConstraint(fields=("revision", "key"), name="a_key_once_in_a_revision"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Stop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("why", models.CharField(max_length=200, verbose_name="reason")),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stops",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "stop of all sign-ins",
                "verbose_name_plural": "stops of all sign-ins",
                "ordering": ["-since"],
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.lookups.IsNull(models.F("lifted_at"), True),
                        condition=models.Q(("lifted_at__isnull", True)),
                        name="one_stop_in_force",
                    ),
                    models.CheckConstraint(condition=models.Q(("why", ""), _negated=True), name="a_stop_has_a_reason"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lifted_at__isnull", True), ("lifted_at__gte", models.F("since")), _connector="OR"
                        ),
                        name="lifted_after_it_began",
                    ),
                ],
            },
        ),
    ]
