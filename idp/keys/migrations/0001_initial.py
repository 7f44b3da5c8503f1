from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("kid", models.CharField(editable=False, max_length=32, primary_key=True, serialize=False)),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("saml", "SAML messages, RSA"),
                            ("saml-ec", "SAML messages, ECDSA"),
                            ("token", "long-lived tokens"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("next", "next"), ("active", "active"), ("retired", "retired")], max_length=8
                    ),
                ),
                ("private_key", models.TextField()),
                ("certificate", models.TextField(blank=True)),
                ("made_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")), fields=("use",), name="one_active_key_of_each_use"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_at__isnull", False), ("state", "retired")),
                            models.Q(models.Q(("state", "retired"), _negated=True), ("retired_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="a_retired_key_has_its_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["next", "active", "retired"])), name="a_key_has_a_known_state"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "next")), fields=("use",), name="one_next_key_of_each_use"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("use", "token"), models.Q(("certificate", ""), _negated=True), _connector="OR"
                        ),
                        name="a_saml_key_has_a_certificate",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("use__in", ["saml", "saml-ec", "token"])), name="a_key_has_a_known_use"
                    ),
                ],
            },
        ),
    ]
