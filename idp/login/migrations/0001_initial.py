import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import idp.login.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agents", "0001_initial"),
        ("otp", "0001_initial"),
        ("policies", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoginFlow",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("secret_hash", models.CharField(max_length=64)),
                ("service", models.CharField(max_length=50)),
                ("service_name", models.CharField(max_length=100)),
                ("force_authn", models.BooleanField(default=False)),
                ("is_passive", models.BooleanField(default=False)),
                ("return_to", models.CharField(max_length=200)),
                ("protocol", models.JSONField(default=dict)),
                ("typed", models.CharField(blank=True, max_length=254)),
                ("touch_points", models.PositiveSmallIntegerField(null=True)),
                ("begun_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("session_index", models.CharField(blank=True, max_length=40)),
                ("method", models.CharField(blank=True, max_length=8)),
                ("opened_by", models.CharField(blank=True, max_length=8)),
                ("authenticated_at", models.DateTimeField(null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="flows",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="flows", to="agents.device"
                    ),
                ),
                (
                    "timeout_policy",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="policies.timeoutpolicy"),
                ),
                (
                    "verification",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="flows",
                        to="otp.verification",
                    ),
                ),
                ("accepted", models.JSONField(default=idp.login.models.every_proof)),
                ("enrols_browser", models.BooleanField(default=True)),
                ("leads_to", models.CharField(blank=True, max_length=300)),
                (
                    "approved",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="otp.verification"
                    ),
                ),
                ("after_line", models.PositiveBigIntegerField(db_default=0, default=0)),
            ],
            options={
                "verbose_name": "login under way",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("claimed_at__isnull", True), ("finished_at__isnull", False), _connector="OR"
                        ),
                        name="claimed_after_it_was_finished",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("begun_at"))), name="expires_after_it_began"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", True),
                            models.Q(
                                ("agent__isnull", False),
                                ("authenticated_at__isnull", False),
                                models.Q(
                                    models.Q(("device__isnull", False), ("enrols_browser", True)),
                                    models.Q(("device__isnull", True), ("enrols_browser", False)),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="finished_by_somebody_on_some_device",
                    ),
                ],
                "verbose_name_plural": "logins under way",
            },
        ),
        migrations.CreateModel(
            name="Loan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("service", models.CharField(max_length=50)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="loans", to="agents.device"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="a_loan_expires_after_it_was_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at__isnull", True), ("used_at__gte", models.F("made_at")), _connector="OR"
                        ),
                        name="a_loan_is_used_after_it_was_made",
                    ),
                ],
            },
        ),
    ]
