import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agents", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LongLivedToken",
            fields=[
                ("jti", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("parent", models.UUIDField(blank=True, null=True)),
                ("nth", models.PositiveSmallIntegerField(default=0)),
                ("generation", models.PositiveIntegerField()),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "device",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to="agents.device",
                    ),
                ),
            ],
            options={
                "ordering": ["-issued_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False), ("retired_at__isnull", True)),
                        fields=("device",),
                        name="one_current_token_of_a_device",
                    ),
                    models.UniqueConstraint(fields=("parent", "nth"), name="a_child_is_handed_out_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("nth", 0), ("parent__isnull", True)),
                            models.Q(("nth__gte", 1), ("nth__lte", 5), ("parent__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_confirmed_root_or_one_of_five_children",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("issued_at"))), name="expires_after_issue"
                    ),
                ],
                "indexes": [
                    models.Index(fields=["-issued_at"], name="latest_tokens"),
                    models.Index(fields=["device", "generation", "issued_at"], name="tokens_of_a_device"),
                    models.Index(
                        condition=models.Q(("retired_at__isnull", True)), fields=["device"], name="tokens_not_retired"
                    ),
                ],
                "verbose_name": "long-lived token",
            },
        ),
    ]
