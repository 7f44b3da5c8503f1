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
            name="LoginEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("signed in", "signed in"),
                            ("proved", "right code: the app has yet to collect the sign-in"),
                            ("renewed", "sign-in of an app renewed"),
                            ("push changed", "push address of an app changed"),
                            ("answered", "answer sent to the service"),
                            ("refused", "refused by the access policy"),
                            ("code sent", "code sent"),
                            ("code not sent", "code could not be sent"),
                            ("code wrong", "wrong code"),
                            ("code unchecked", "code could not be checked"),
                            ("switched off", "right code, but the agent is switched off"),
                            ("device ended", "a phone or computer was signed out"),
                            ("token unknown", "unknown or misplaced token presented"),
                            ("token copied", "copied token presented"),
                            ("token unanswered", "five answers in a row never arrived"),
                            ("declined", "refusal sent to the service"),
                            ("signed out", "signed out at a service"),
                            ("service told", "service notified of a sign-out"),
                            ("service untold", "service could not be notified of a sign-out"),
                            ("code given", "one-time code given to an agent"),
                            ("code revoked", "one-time code revoked"),
                            ("passkey refused", "a passkey was rejected"),
                            ("passkey copied", "the counter of a passkey went backwards: it may have been copied"),
                            ("factor added", "another way to sign in was set up"),
                            ("factor removed", "another way to sign in was removed"),
                            ("pause lifted", "pause after wrong codes lifted"),
                            ("number changed", "mobile number changed"),
                            ("number told", "text about a changed number sent"),
                            ("number untold", "text about a changed number could not be sent"),
                            ("agent off", "agent switched off"),
                            ("agent on", "agent switched on"),
                            ("name chosen", "name ID chosen before the first sign-in"),
                            ("name changed", "name ID changed: services see a new person"),
                            ("test sent", "test code sent"),
                            ("test not sent", "test code could not be sent"),
                            ("test arrived", "test code arrived"),
                            ("test wrong", "the code read out was not the test code"),
                            ("not me", "an agent reported a sign-in: that was not me"),
                            ("everyone out", "everyone was signed out"),
                            ("safe list", "Twilio's safe list changed"),
                            ("pass given", "temporary pass given"),
                            ("pass ended", "temporary pass revoked"),
                            ("stopped", "all sign-ins stopped"),
                            ("stop lifted", "stop of all sign-ins lifted"),
                            ("imported", "people imported from a file"),
                            ("import undone", "import of people undone"),
                            ("exported", "people exported to a file"),
                            ("trail exported", "lines of the trail exported to a file"),
                            ("values shown", "personal values of an answer shown to an operator"),
                            ("added", "added"),
                            ("changed", "changed"),
                            ("removed", "removed"),
                            ("wrote", "something was changed that no other line records"),
                            ("operator in", "an operator signed in to the admin"),
                            ("operator refused", "a sign-in to the admin was rejected"),
                            ("operator out", "an operator signed out of the admin"),
                            ("confirmed", "an operator confirmed an act with a code"),
                            ("own sign-in", "an operator set a password and an authenticator app"),
                        ],
                        max_length=16,
                    ),
                ),
                ("service", models.CharField(blank=True, max_length=50)),
                ("method", models.CharField(blank=True, max_length=8)),
                ("decided_by", models.CharField(blank=True, max_length=64)),
                ("judged", models.JSONField(blank=True, default=dict)),
                ("would_have", models.JSONField(blank=True, default=list)),
                ("detail", models.CharField(blank=True, max_length=200)),
                ("address", models.GenericIPAddressField(blank=True, null=True)),
                ("user_agent", models.CharField(blank=True, max_length=512)),
                ("reference", models.CharField(db_index=True, max_length=11)),
                (
                    "agent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="agents.device",
                    ),
                ),
                ("effect", models.CharField(blank=True, max_length=12)),
                ("revision", models.PositiveIntegerField(blank=True, null=True)),
                ("about", models.CharField(blank=True, max_length=100)),
                ("about_name", models.CharField(blank=True, max_length=200)),
                ("by", models.CharField(blank=True, max_length=100)),
                ("changes", models.JSONField(blank=True, default=dict)),
                (
                    "operator",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("kind__in", ("not me", "token copied", "passkey copied"))),
                        fields=["at"],
                        name="alarming_events",
                    ),
                    models.Index(
                        condition=models.Q(("operator__isnull", False)),
                        fields=["operator", "-at"],
                        name="acts_of_an_operator",
                    ),
                    models.Index(
                        condition=models.Q(("about", ""), _negated=True),
                        fields=["about", "-at"],
                        name="acts_about_a_row",
                    ),
                    models.Index(condition=models.Q(("by", ""), _negated=True), fields=["-at"], name="acts_in_time"),
                    models.Index(fields=["kind", "-at"], name="events_of_a_kind"),
                    models.Index(
                        condition=models.Q(("address__isnull", False)),
                        fields=["address", "-at"],
                        name="events_from_an_address",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "not me")), fields=("device",), name="a_device_is_reported_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledged",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledgement",
                        to="audit.loginevent",
                    ),
                ),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="CountedHour",
            fields=[
                ("number", models.PositiveIntegerField(primary_key=True, serialize=False)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="HourlyCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.CharField(blank=True, max_length=50)),
                (
                    "figure",
                    models.CharField(
                        choices=[
                            ("signed in", "sign-ins (method)"),
                            ("refused", "refusals (what decided)"),
                            ("decided", "sign-ins that the access policy judged (what decided)"),
                            ("watched", "sign-ins that a rule in watch only would have decided (its key)"),
                            ("platform", "sign-ins (platform)"),
                            ("browser", "sign-ins (browser)"),
                            ("asked", "codes asked for, however often sent"),
                            ("sent", "codes sent at least once"),
                            ("right", "right codes"),
                            ("waited", "right codes (seconds since they were sent, up to)"),
                            ("texted", "texts and calls that were sent (channel)"),
                            ("forgotten", "phones that took the place of one just like them"),
                        ],
                        max_length=16,
                    ),
                ),
                ("of", models.CharField(blank=True, max_length=64)),
                ("count", models.PositiveIntegerField()),
                ("last_at", models.DateTimeField()),
                (
                    "hour",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counts",
                        to="audit.countedhour",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("hour", "figure", "of", "service"), name="counted_once_an_hour"),
                    models.CheckConstraint(condition=models.Q(("count__gt", 0)), name="what_is_counted_happened"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "figure__in",
                                [
                                    "signed in",
                                    "refused",
                                    "decided",
                                    "watched",
                                    "platform",
                                    "browser",
                                    "asked",
                                    "sent",
                                    "right",
                                    "waited",
                                    "texted",
                                    "forgotten",
                                ],
                            )
                        ),
                        name="a_known_figure",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Chain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField(default=0)),
                (
                    "digest",
                    models.BinaryField(
                        default=b"\0" * 32,
                        max_length=32,
                    ),
                ),
                ("anchor", models.BigIntegerField(default=0)),
                (
                    "anchor_digest",
                    models.BinaryField(
                        default=b"\0" * 32,
                        max_length=32,
                    ),
                ),
                ("anchor_signature", models.TextField(blank=True)),
                ("settled", models.BigIntegerField(default=0)),
                ("latest", models.DateTimeField(null=True)),
                ("forgetting", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="there_is_one_chain"),
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", models.F("anchor"))), name="a_chain_ends_after_it_begins"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(max_length=32)),
                ("address_salt", models.BinaryField(default=bytes, max_length=16)),
                ("address_mark", models.BinaryField(default=bytes, max_length=32)),
                ("user_agent_salt", models.BinaryField(default=bytes, max_length=16)),
                ("user_agent_mark", models.BinaryField(default=bytes, max_length=32)),
                ("latest", models.DateTimeField(db_index=True)),
                ("signature", models.TextField(blank=True)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seal", to="audit.loginevent"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("position__gt", 0)), name="positions_count_from_one")
                ],
            },
        ),
    ]
