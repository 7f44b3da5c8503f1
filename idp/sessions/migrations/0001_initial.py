import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agents", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SsoSession",
            fields=[
                ("index", models.CharField(editable=False, max_length=40, primary_key=True, serialize=False)),
                ("secret_hash", models.CharField(blank=True, max_length=64)),
                (
                    "opened_by",
                    models.CharField(
                        choices=[
                            ("code", "a code"),
                            ("app", "an authenticator app"),
                            ("recovery", "a recovery code"),
                            ("one-time", "a one-time code"),
                            ("passkey", "a passkey"),
                            ("token", "a long-lived token"),
                        ],
                        max_length=8,
                    ),
                ),
                ("authenticated_at", models.DateTimeField(verbose_name="code given")),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("last_seen_at", models.DateTimeField(verbose_name="last used")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                ("reason", models.CharField(blank=True, max_length=16)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sso_sessions", to="agents.device"
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "ordering": ["-opened_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("device",),
                        name="one_open_session_of_a_device",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_seen_at__gte", models.F("opened_at"))),
                        name="seen_after_it_was_opened",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("reason", "")),
                            models.Q(
                                ("ended_at__gte", models.F("opened_at")),
                                ("ended_at__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ended_after_it_was_opened_with_a_reason",
                    ),
                ],
                "indexes": [models.Index(fields=["-opened_at"], name="latest_sessions")],
            },
        ),
    ]
