import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agents", "0001_initial"),
        ("policies", "0001_initial"),
        ("saml", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Client",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client_id",
                    models.SlugField(
                        help_text="Short name that the app itself and the trail use.",
                        max_length=40,
                        unique=True,
                        verbose_name="client ID",
                    ),
                ),
                ("name", models.CharField(help_text="What agents read, such as Acme Phone.", max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[("app", "app on phones, without a secret"), ("back end", "back end, with a secret")],
                        default="app",
                        max_length=8,
                    ),
                ),
                ("enabled", models.BooleanField(default=True, help_text="Switching this off stops it at once.")),
                ("secret_hash", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "secret_made_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="secret made"),
                ),
                (
                    "services",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The services it may open without a code. Each needs a tick at “may be opened from here”.",
                        related_name="opened_by",
                        to="saml.serviceprovider",
                    ),
                ),
                (
                    "timeout_policy",
                    models.ForeignKey(
                        help_text="Decides when the app needs a new code, at the latest 7 days after its last renewal.",
                        on_delete=django.db.models.deletion.PROTECT,
                        to="policies.timeoutpolicy",
                    ),
                ),
            ],
            options={
                "verbose_name": "app or back end",
                "verbose_name_plural": "apps and back ends",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["app", "back end"])), name="a_client_is_an_app_or_a_back_end"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "back end"), ("secret_hash", ""), _connector="OR"),
                        name="only_back_ends_have_a_secret",
                        violation_error_message="An app on phones can keep no secret.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("secret_hash", ""), ("secret_made_at__isnull", True)),
                            models.Q(models.Q(("secret_hash", ""), _negated=True), ("secret_made_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_secret_was_made_some_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuthorizationCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("redirect_uri", models.CharField(max_length=300)),
                ("challenge", models.CharField(max_length=43)),
                ("method", models.CharField(max_length=8)),
                ("proved_at", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="authorization_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="authorization_codes",
                        to="agents.device",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="codes", to="native.client"
                    ),
                ),
                ("after_line", models.PositiveBigIntegerField(db_default=0, default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="a_code_expires_after_it_was_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("device__isnull", True), ("used_at__isnull", True)),
                            models.Q(
                                ("device__isnull", False),
                                ("used_at__gte", models.F("made_at")),
                                ("used_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_used_code_made_a_device",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RedirectUri",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "uri",
                    models.CharField(
                        help_text="https://…, or a private scheme such as com.acme.app:/signed-in. For programs on computers: http://127.0.0.1/…, at any port.",
                        max_length=300,
                        verbose_name="redirect URI",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="redirect_uris", to="native.client"
                    ),
                ),
            ],
            options={
                "verbose_name": "redirect URI",
                "verbose_name_plural": "redirect URIs",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "uri"), name="a_redirect_uri_is_registered_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("uri__startswith", "https://"),
                            ("uri__regex", "^http://(127\\.0\\.0\\.1|\\[::1\\])(:[0-9]+)?(/|\\?|$)"),
                            models.Q(
                                ("uri__regex", "^[a-z][a-z0-9+-]*(\\.[a-z0-9+-]+)+:"),
                                models.Q(("uri__contains", "#"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_redirect_is_https_loopback_or_private",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignInLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sign_in_links", to="agents.device"
                    ),
                ),
                (
                    "service_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_in_links",
                        to="saml.serviceprovider",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="a_link_expires_after_it_was_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opened_at__isnull", True), ("opened_at__gte", models.F("made_at")), _connector="OR"
                        ),
                        name="a_link_is_opened_after_it_was_made",
                    ),
                ],
                "verbose_name": "sign-in link",
            },
        ),
    ]
