import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        max_length=50,
                        validators=[
                            django.core.validators.RegexValidator(
                                "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]",
                                "This holds a character that cannot be written down. Type it again.",
                                inverse_match=True,
                            )
                        ],
                    ),
                ),
                ("url", models.CharField(max_length=500, verbose_name="address")),
                ("kinds", models.JSONField(verbose_name="types")),
                ("tells_email", models.BooleanField(default=False, verbose_name="send email addresses")),
                ("is_on", models.BooleanField(default=True, verbose_name="switched on")),
                ("sealed_secret", models.TextField(editable=False)),
                ("sealed_former_secret", models.TextField(blank=True, editable=False)),
                ("former_until", models.DateTimeField(editable=False, null=True)),
                ("read_to", models.DateTimeField(editable=False)),
                ("held_by", models.CharField(blank=True, editable=False, max_length=32)),
                ("held_until", models.DateTimeField(editable=False, null=True)),
                ("next_try_at", models.DateTimeField(editable=False, null=True, verbose_name="next try")),
                ("failing_since", models.DateTimeField(editable=False, null=True)),
                ("gone_at", models.DateTimeField(editable=False, null=True)),
                ("forwarded_to", models.BigIntegerField(default=0, editable=False)),
                ("after_line", models.PositiveBigIntegerField(default=0, editable=False)),
                ("read_line", models.PositiveBigIntegerField(default=0, editable=False)),
                ("chosen_after", models.JSONField(default=dict, editable=False)),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="one_webhook_of_each_name",
                        violation_error_message="There is already a webhook of this name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("gone_at__isnull", True), ("is_on", False), _connector="OR"),
                        name="gone_is_switched_off",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("held_by", ""), ("held_until__isnull", True)),
                            models.Q(models.Q(("held_by", ""), _negated=True), ("held_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="held_by_somebody_until_some_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("former_until__isnull", True), ("sealed_former_secret", "")),
                            models.Q(
                                models.Q(("sealed_former_secret", ""), _negated=True), ("former_until__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="a_former_secret_has_an_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agent.signed_in", "an agent signed in, with or without a code"),
                            ("device.enrolled", "an agent signed in on a phone or computer for the first time"),
                            ("device.replaced", "a phone was signed out because another one signed in"),
                            ("device.revoked", "a phone or computer was signed out for another reason"),
                            ("device.push_changed", "the push address of an app changed or was removed"),
                            ("trail.sign_in", "every line of the trail about sign-ins, agents and their devices"),
                            (
                                "trail.act",
                                "every line of the trail about an act of an operator, a command or a personnel system",
                            ),
                            ("webhook.test", "an operator sent a test"),
                        ],
                        max_length=20,
                        verbose_name="type",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("delivered", "delivered"),
                            ("given up", "given up"),
                            ("left out", "left out by an operator"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("tries", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField(verbose_name="queued")),
                ("tried_at", models.DateTimeField(null=True, verbose_name="last try")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="last answer")),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="audit.loginevent",
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="webhooks.webhook"
                    ),
                ),
            ],
            options={
                "verbose_name": "message to a webhook",
                "verbose_name_plural": "messages to webhooks",
                "ordering": ["-made_at", "-event_id", "kind"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["webhook", "event", "kind"],
                        name="waiting_in_order",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("webhook", "event", "kind"), name="a_webhook_is_told_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("event__isnull", True), ("kind", "webhook.test")),
                            models.Q(("event__isnull", False), models.Q(("kind", "webhook.test"), _negated=True)),
                            _connector="OR",
                        ),
                        name="exactly_tests_have_no_event",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "waiting")),
                            models.Q(models.Q(("state", "waiting"), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="what_waits_is_not_closed",
                    ),
                ],
            },
        ),
    ]
