"""The flat list of rules becomes revision 1 of the access policy, in force as it was."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.lookups import IsNull
from django.utils import timezone


def into_revision_1(apps, schema_editor):
    rules = apps.get_model("policies", "AccessRule").objects.all()
    if rules.exists():
        revision = apps.get_model("policies", "PolicyRevision").objects.create(
            number=1, state="live", default_effect="allow", reason="The rules as they were", at=timezone.now()
        )
        rules.update(revision=revision)


class Migration(migrations.Migration):

    dependencies = [
        ("policies", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PolicyRevision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField(blank=True, null=True, unique=True)),
                ("state", models.CharField(choices=[("draft", "draft"), ("live", "in force"), ("past", "past")], default="draft", max_length=8)),
                ("default_effect", models.CharField(choices=[("allow", "allow"), ("deny", "deny")], default="allow", max_length=12)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField(blank=True, null=True, verbose_name="published")),
                ("author", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("restored", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="restorations", to="policies.policyrevision")),
            ],
            options={
                "verbose_name": "revision of the access policy",
                "verbose_name_plural": "revisions of the access policy",
                "ordering": ["-number"],
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("state", "live")), fields=("state",), name="one_live_revision"),
                    models.UniqueConstraint(condition=models.Q(("state", "draft")), fields=("state",), name="one_draft"),
                    models.CheckConstraint(condition=models.Q(("state__in", ["draft", "live", "past"])), name="a_revision_has_a_known_state"),
                    models.CheckConstraint(condition=models.Q(("default_effect__in", ["allow", "deny"])), name="the_default_allows_or_denies"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("at__isnull", True), ("number__isnull", True), ("state", "draft")),
                            models.Q(models.Q(("state", "draft"), _negated=True), ("at__isnull", False), ("number__gte", 1), ("number__isnull", False), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="published_with_number_and_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Stop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("why", models.CharField(max_length=200)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                ("by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="stops", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "stop of all sign-ins",
                "verbose_name_plural": "stops of all sign-ins",
                "ordering": ["-since"],
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.UniqueConstraint(IsNull(models.F("lifted_at"), True), condition=models.Q(("lifted_at__isnull", True)), name="one_stop_in_force"),
                    models.CheckConstraint(condition=models.Q(("why", ""), _negated=True), name="a_stop_has_a_reason"),
                    models.CheckConstraint(condition=models.Q(("lifted_at__isnull", True), ("lifted_at__gte", models.F("since")), _connector="OR"), name="lifted_after_it_began"),
                ],
            },
        ),
        migrations.AddField(
            model_name="accessrule",
            name="revision",
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="rules", to="policies.policyrevision"),
        ),
        migrations.AddField(
            model_name="accessrule",
            name="scope",
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.RunPython(into_revision_1, migrations.RunPython.noop),
    ]
