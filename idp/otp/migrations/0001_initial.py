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
            name="PhoneAuthenticator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="The human-readable name of this device.", max_length=64)),
                ("confirmed", models.BooleanField(default=True, help_text="Is this device ready for use?")),
                (
                    "number",
                    models.CharField(
                        error_messages={"unique": "Somebody else has this number."},
                        help_text="With + and country code.",
                        max_length=16,
                        unique=True,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="numbers", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("lifted_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="pause lifted")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__regex", "^\\+[1-9][0-9]{6,14}$")), name="a_number_is_in_e164"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("counted_as", models.CharField(max_length=64)),
                ("sid", models.CharField(blank=True, max_length=34)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("approved", "right code"),
                            ("otherwise", "proved in another way"),
                            ("expired", "ran out"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "authenticator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verifications",
                        to="otp.phoneauthenticator",
                    ),
                ),
                ("strangers_tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="test_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-started_at"],
                "indexes": [
                    models.Index(fields=["counted_as", "started_at"], name="verifications_of_a_number"),
                    models.Index(fields=["-started_at"], name="latest_verifications"),
                    models.Index(
                        condition=models.Q(("asked_by__isnull", False)),
                        fields=["asked_by"],
                        name="test_codes_of_an_operator",
                    ),
                    models.Index(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("outcome", "expired"), _connector="OR"), ("tries__gt", 0)
                        ),
                        fields=["started_at"],
                        name="codes_tried_in_vain",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("counted_as",),
                        name="one_open_verification",
                    ),
                    models.CheckConstraint(condition=models.Q(("tries__lte", 5)), name="no_more_tries_than_allowed"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("outcome", "")),
                            models.Q(
                                ("ended_at__gte", models.F("started_at")),
                                ("ended_at__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="an_end_has_an_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("strangers_tries__lte", 4), ("strangers_tries__lte", models.F("tries"))),
                        name="strangers_tries_are_fewer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asked_by__isnull", True), ("authenticator__isnull", False), _connector="OR"
                        ),
                        name="a_test_code_is_for_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VerificationSend",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nth", models.PositiveSmallIntegerField()),
                (
                    "channel",
                    models.CharField(
                        choices=[("sms", "sms"), ("call", "call"), ("whatsapp", "whatsapp")], max_length=8
                    ),
                ),
                ("at", models.DateTimeField()),
                ("answer", models.CharField(blank=True, max_length=40)),
                (
                    "verification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sends", to="otp.verification"
                    ),
                ),
                ("asked_from", models.CharField(blank=True, max_length=64)),
                ("code", models.PositiveIntegerField(blank=True, null=True, verbose_name="Twilio error code")),
                ("own", models.BooleanField(default=False)),
                ("prefix", models.CharField(blank=True, max_length=8)),
            ],
            options={
                "ordering": ["-at"],
                "indexes": [
                    models.Index(fields=["asked_from", "at"], name="sends_from_an_address"),
                    models.Index(fields=["prefix", "at"], name="sends_to_a_prefix"),
                    models.Index(fields=["at"], name="sends_in_order"),
                    models.Index(
                        condition=models.Q(("answer", "sent"), ("code__isnull", True), _negated=True),
                        fields=["at"],
                        name="sends_that_failed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("verification", "nth"), name="a_send_is_counted_once"),
                    models.CheckConstraint(
                        condition=models.Q(("nth__gte", 1), ("nth__lte", 5)), name="no_more_sends_than_allowed"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Breaker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("failures", models.PositiveIntegerField(default=0)),
                ("window_from", models.DateTimeField()),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("next_probe_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=20)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="there_is_one_breaker"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("next_probe_at__isnull", True), ("opened_at__isnull", True), ("reason", "")),
                            models.Q(
                                ("next_probe_at__isnull", False),
                                ("opened_at__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="an_open_breaker_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuthenticatorApp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="The human-readable name of this device.", max_length=64)),
                ("confirmed", models.BooleanField(default=True, help_text="Is this device ready for use?")),
                ("sealed_key", models.TextField()),
                ("last_step", models.BigIntegerField(default=-1)),
                ("made_at", models.DateTimeField(verbose_name="registered")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="last used")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="apps", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("user", "confirmed"), name="one_app_and_one_being_registered")
                ],
            },
        ),
        migrations.CreateModel(
            name="OneTimeCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.CharField(max_length=64, unique=True)),
                ("reason", models.CharField(max_length=100)),
                ("given_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="one_time_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="given_one_time_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-given_at"],
                "permissions": [("give_one_time_code", "Can give an agent a one-time code")],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True), ("used_at__isnull", True)),
                        fields=("agent",),
                        name="one_open_one_time_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("agent", models.F("given_by")), _negated=True),
                        name="nobody_gives_themselves_a_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("given_at"))), name="a_one_time_code_runs_out"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("used_at__isnull", True), ("revoked_at__isnull", True), _connector="OR"),
                        name="used_or_revoked_and_not_both",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="a_one_time_code_has_a_reason"
                    ),
                ],
                "verbose_name": "one-time code",
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at__isnull", True), ("used_at__gte", models.F("made_at")), _connector="OR"
                        ),
                        name="a_recovery_code_is_used_after_it_was_made",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SafeListing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=16, unique=True)),
                ("wanted", models.BooleanField()),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                ("listed_at", models.DateTimeField(blank=True, null=True, verbose_name="on the list since")),
                ("due_at", models.DateTimeField(blank=True, db_index=True, null=True, verbose_name="next request")),
                ("tried_at", models.DateTimeField(blank=True, db_index=True, null=True, verbose_name="last request")),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("verdict", models.CharField(blank=True, max_length=20, verbose_name="Twilio's answer")),
                ("code", models.PositiveIntegerField(blank=True, null=True, verbose_name="Twilio error code")),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="safe_listings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "pk"],
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__regex", "^\\+[1-9][0-9]{6,14}$")),
                        name="a_safe_listing_is_of_a_number_in_e164",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("listed_at__isnull", True), ("tried_at__isnull", False), _connector="OR"),
                        name="only_twilio_puts_on_the_list",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("due_at__isnull", False),
                            models.Q(("listed_at__isnull", True), ("wanted", True)),
                            _connector="OR",
                        ),
                        fields=["due_at"],
                        name="safe_listings_not_done",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyCodes",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("channel", models.CharField(blank=True, max_length=8)),
                ("asked", models.PositiveIntegerField()),
                ("sent", models.PositiveIntegerField()),
                ("approved", models.PositiveIntegerField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("day", "channel"), name="a_day_of_codes_is_counted_once"),
                    models.CheckConstraint(
                        condition=models.Q(("sent__lte", models.F("asked"))), name="no_more_sent_than_asked_for"
                    ),
                ],
                "verbose_name": "codes of a day",
                "verbose_name_plural": "codes by day",
            },
        ),
    ]
