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
            name="PersonnelSystem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="What the trail calls it, such as Workday.", max_length=100, unique=True
                    ),
                ),
                ("enabled", models.BooleanField(default=True, help_text="Switching this off stops it at once.")),
                ("secret_hash", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "secret_made_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="secret made"),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("secret_hash", ""), _negated=True),
                        fields=("secret_hash",),
                        name="a_secret_is_of_one_personnel_system",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("secret_hash", ""), ("secret_made_at__isnull", True)),
                            models.Q(models.Q(("secret_hash", ""), _negated=True), ("secret_made_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_personnel_secret_was_made_some_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KnownAs",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(blank=True, max_length=255)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="known_as",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="people", to="scim.personnelsystem"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("system", "agent"), name="a_system_knows_an_agent_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("system", "external_id"),
                        name="an_external_id_is_of_one_agent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("removed_at__isnull", True), ("external_id", ""), _connector="OR"),
                        name="whoever_was_removed_has_no_external_id",
                    ),
                ],
                "verbose_name": "ID in a personnel system",
                "verbose_name_plural": "IDs in personnel systems",
            },
        ),
    ]
