import datetime
import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import idp.agents.models.people


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Department",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="one_department_of_each_name",
                        violation_error_message="There is already a department of this name.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Agent",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254, verbose_name="email")),
                (
                    "full_name",
                    models.CharField(
                        max_length=256,
                        validators=[
                            django.core.validators.RegexValidator(
                                "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]",
                                "This holds a character that cannot be written down. Type it again.",
                                inverse_match=True,
                            )
                        ],
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Switching this off ends every sign-in at once.",
                        verbose_name="may sign in",
                    ),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="May open this admin, with a password and a second factor.",
                        verbose_name="operator",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agents",
                        to="agents.department",
                    ),
                ),
                (
                    "may_make_recovery_codes",
                    models.BooleanField(
                        default=False, help_text="The agent makes them at /me. An operator can make them for any agent."
                    ),
                ),
                (
                    "may_use_app",
                    models.BooleanField(
                        default=False,
                        help_text="The agent registers it at /me. If you switch this off, a registered app stops working.",
                        verbose_name="may use an authenticator app",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=idp.agents.models.people.languages,
                        help_text="For the agent's pages and texts, unless they choose another one in their browser.",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "ordering": ["full_name"],
                "indexes": [
                    models.Index(fields=["full_name", "-id"], name="agents_by_name"),
                    models.Index(fields=["created_at", "id"], name="agents_in_their_order"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="one_agent_of_each_email",
                        violation_error_message="Somebody already has this email.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("mobile", "phone"), ("desktop", "computer")], max_length=8)),
                ("slot", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("remembered", models.BooleanField()),
                ("label", models.CharField(max_length=100)),
                ("family", models.CharField(max_length=16)),
                ("touch_points", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("secret_hash", models.CharField(blank=True, max_length=64)),
                ("generation", models.PositiveIntegerField(default=1)),
                ("authenticated_at", models.DateTimeField(verbose_name="last code")),
                ("enrolled_at", models.DateTimeField(verbose_name="signed in since")),
                ("last_seen_at", models.DateTimeField(verbose_name="last sign-in")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("replaced", "another phone signed in"),
                            ("agent", "signed out by the agent"),
                            ("operator", "signed out by an operator"),
                            ("switched off", "the agent was switched off"),
                            ("number changed", "the mobile number was changed"),
                            ("copied", "an old copy of its sign-in was used"),
                            ("handed over", "another agent signed in on it"),
                            ("reported", "the agent reported: that was not me"),
                            ("everyone", "everyone was signed out"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="devices", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="replaced",
                        to="agents.device",
                    ),
                ),
                ("client", models.CharField(blank=True, max_length=40, verbose_name="app")),
                ("app_version", models.CharField(blank=True, max_length=40)),
                ("described_at", models.DateTimeField(blank=True, null=True, verbose_name="described itself")),
                ("push_address", models.CharField(blank=True, max_length=2048)),
                ("push_provider", models.CharField(blank=True, max_length=16)),
                (
                    "changed_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Greatest(
                            "enrolled_at",
                            "authenticated_at",
                            django.db.models.functions.comparison.Coalesce("revoked_at", "enrolled_at"),
                            django.db.models.functions.comparison.Coalesce("described_at", "enrolled_at"),
                        ),
                        output_field=models.DateTimeField(),
                    ),
                ),
                ("last_cutoff", models.PositiveBigIntegerField(db_default=0, default=0, editable=False)),
            ],
            options={
                "ordering": ["-last_seen_at"],
                "indexes": [
                    models.Index(fields=["changed_at", "id"], name="devices_by_their_last_change"),
                    models.Index(fields=["secret_hash"], name="devices_by_their_secret"),
                    models.Index(fields=["-enrolled_at"], name="latest_devices"),
                    models.Index(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=["last_cutoff", "kind"],
                        name="devices_signed_in_since",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_at__isnull", True), ("revoked_at__gte", models.F("enrolled_at")), _connector="OR"
                        ),
                        name="revoked_after_enrolment",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("agent", "slot"),
                        name="one_active_phone_in_a_slot",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "mobile"), ("slot__in", range(1, 11)), ("slot__isnull", False)),
                            models.Q(("kind", "desktop"), ("slot__isnull", True)),
                            _connector="OR",
                        ),
                        name="exactly_phones_have_a_slot",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), ("revoked_at__isnull", True)),
                            models.Q(
                                ("revoked_at__isnull", False),
                                (
                                    "reason__in",
                                    [
                                        "replaced",
                                        "agent",
                                        "operator",
                                        "switched off",
                                        "number changed",
                                        "copied",
                                        "handed over",
                                        "reported",
                                        "everyone",
                                    ],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="revoked_with_a_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True), models.Q(("secret_hash", ""), _negated=True)),
                        fields=("secret_hash",),
                        name="a_secret_names_one_active_device",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("client", ""), models.Q(("secret_hash", ""), _negated=True)),
                            models.Q(models.Q(("client", ""), _negated=True), ("secret_hash", "")),
                            _connector="OR",
                        ),
                        name="a_browser_by_its_secret_or_an_app",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("push_address", ""), _negated=True),
                        fields=("push_provider", "push_address"),
                        name="a_push_address_reaches_one_device",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("push_address", ""), ("push_provider", "")),
                            models.Q(
                                models.Q(("push_address", ""), _negated=True),
                                models.Q(("push_provider", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_push_address_has_a_provider",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("revoked_at__isnull", True), ("push_address", ""), _connector="OR"),
                        name="no_push_address_once_revoked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgentRole",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("agent", "agent"),
                            ("supervisor", "supervisor"),
                            ("admin", "admin"),
                            ("wfo.full_access", "wfo.full_access"),
                            ("wfo.team_leader", "wfo.team_leader"),
                            ("wfo.data_analyst", "wfo.data_analyst"),
                            ("wfo.data_auditor", "wfo.data_auditor"),
                            ("wfo.quality_manager", "wfo.quality_manager"),
                            ("wfo.quality_process_manager", "wfo.quality_process_manager"),
                            ("wfo.dashboard_viewer", "wfo.dashboard_viewer"),
                        ],
                        max_length=40,
                    ),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="roles", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("agent", "role"), name="an_agent_has_a_role_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                (
                                    "agent",
                                    "supervisor",
                                    "admin",
                                    "wfo.full_access",
                                    "wfo.team_leader",
                                    "wfo.data_analyst",
                                    "wfo.data_auditor",
                                    "wfo.quality_manager",
                                    "wfo.quality_process_manager",
                                    "wfo.dashboard_viewer",
                                ),
                            )
                        ),
                        name="a_role_is_one_of_the_closed_list",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Cutoff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("why", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cutoffs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="AccessPass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("given_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
                ("why", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="passes", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="given_passes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "temporary passes",
                "ordering": ["-given_at"],
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__gt", models.F("given_at")),
                            (
                                "until__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("given_at"), "+", models.Value(datetime.timedelta(days=1))
                                ),
                            ),
                        ),
                        name="a_pass_of_up_to_24_hours",
                        violation_error_message="A pass runs for up to 24 hours.",
                    ),
                    models.CheckConstraint(condition=models.Q(("why", ""), _negated=True), name="a_pass_has_a_reason"),
                ],
                "verbose_name": "temporary pass",
            },
        ),
        migrations.CreateModel(
            name="Supervisor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "barred",
                    models.BooleanField(
                        default=False,
                        help_text="The admin rejects them from their next click on. Unused codes that they gave stop working.",
                        verbose_name="barred from the admin",
                    ),
                ),
                ("departments", models.ManyToManyField(related_name="supervisors", to="agents.department")),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="supervisor",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["person__full_name"],
            },
        ),
        migrations.CreateModel(
            name="GrantableRole",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("agent", "agent"),
                            ("supervisor", "supervisor"),
                            ("admin", "admin"),
                            ("wfo.full_access", "wfo.full_access"),
                            ("wfo.team_leader", "wfo.team_leader"),
                            ("wfo.data_analyst", "wfo.data_analyst"),
                            ("wfo.data_auditor", "wfo.data_auditor"),
                            ("wfo.quality_manager", "wfo.quality_manager"),
                            ("wfo.quality_process_manager", "wfo.quality_process_manager"),
                            ("wfo.dashboard_viewer", "wfo.dashboard_viewer"),
                        ],
                        max_length=40,
                    ),
                ),
                (
                    "supervisor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="roles", to="agents.supervisor"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("supervisor", "role"), name="a_supervisor_may_give_a_role_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                (
                                    "agent",
                                    "supervisor",
                                    "admin",
                                    "wfo.full_access",
                                    "wfo.team_leader",
                                    "wfo.data_analyst",
                                    "wfo.data_auditor",
                                    "wfo.quality_manager",
                                    "wfo.quality_process_manager",
                                    "wfo.dashboard_viewer",
                                ),
                            )
                        ),
                        name="a_role_to_give_is_one_of_the_closed_list",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("mobile", "phone"), ("desktop", "computer")], max_length=8)),
                ("change", models.IntegerField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("change", 0), _negated=True), name="a_change_changes_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["mobile", "desktop"])), name="a_count_is_of_a_known_kind"
                    ),
                ],
            },
        ),
    ]
