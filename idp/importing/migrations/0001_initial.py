import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agents", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField(db_index=True)),
                ("file_name", models.CharField(max_length=100)),
                ("content", models.BinaryField(default=b"")),
                ("missing_off", models.BooleanField(default=False)),
                ("most_missing", models.PositiveSmallIntegerField(default=25)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("wrote", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_imports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("applied_at__isnull", True), ("content", b""), _connector="OR"),
                        name="the_file_goes_once_it_is_written",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("undone_at__isnull", True), ("applied_at__isnull", False), _connector="OR"),
                        name="only_what_was_done_is_undone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("most_missing__lte", 100)), name="a_share_is_at_most_all"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportedAgent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField()),
                ("ended", models.PositiveIntegerField(default=0)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imported",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="agents", to="importing.import"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("of", "agent"), name="an_import_changes_an_agent_once")
                ],
            },
        ),
    ]
