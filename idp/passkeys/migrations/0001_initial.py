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
            name="Challenge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(choices=[("sign in", "Sign In"), ("set up", "Set Up")], max_length=8)),
                ("bound_to", models.UUIDField()),
                ("value", models.BinaryField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("purpose", "bound_to"), name="one_challenge_at_a_time"),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["sign in", "set up"])), name="a_challenge_has_a_purpose"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("credential_id", models.BinaryField(max_length=1023)),
                ("public_key", models.BinaryField()),
                ("sign_count", models.PositiveBigIntegerField()),
                ("transports", models.JSONField(default=list)),
                ("eligible", models.BooleanField()),
                ("backed_up", models.BooleanField()),
                ("label", models.CharField(max_length=100)),
                ("made_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passkeys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="passkeys",
                        to="agents.device",
                    ),
                ),
            ],
            options={
                "ordering": ["made_at"],
                "constraints": [
                    models.UniqueConstraint(fields=("credential_id",), name="a_credential_is_one_passkey"),
                    models.CheckConstraint(
                        condition=models.Q(("eligible", True), ("backed_up", False), _connector="OR"),
                        name="backed_up_only_if_it_may_be",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_used_at__isnull", True), ("last_used_at__gte", models.F("made_at")), _connector="OR"
                        ),
                        name="a_passkey_is_used_after_it_was_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("removed_at__isnull", True), ("removed_at__gte", models.F("made_at")), _connector="OR"
                        ),
                        name="a_passkey_is_removed_after_it_was_made",
                    ),
                ],
            },
        ),
    ]
