import uuid

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agents", "0001_initial"),
        ("keys", "0001_initial"),
        ("policies", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceProvider",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(help_text="Short name for addresses and the trail.", unique=True)),
                ("name", models.CharField(help_text="What agents read, such as Flex.", max_length=100)),
                (
                    "entity_id",
                    models.CharField(
                        error_messages={"unique": "There is already a service of this entity ID."},
                        max_length=1024,
                        unique=True,
                        verbose_name="entity ID",
                    ),
                ),
                ("enabled", models.BooleanField(default=True)),
                (
                    "profile",
                    models.CharField(
                        choices=[
                            ("flex-enhanced", "Twilio Flex, enhanced SSO"),
                            ("flex-legacy", "Twilio Flex, legacy SSO"),
                            ("generic", "Another SAML 2.0 app"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "certificates",
                    models.TextField(
                        blank=True,
                        help_text="The certificates that this service signs requests with, as PEM, one after the other.",
                    ),
                ),
                (
                    "sign",
                    models.CharField(
                        choices=[
                            ("both", "Response and Assertion"),
                            ("response", "Response only"),
                            ("assertion", "Assertion only"),
                        ],
                        default="both",
                        max_length=10,
                    ),
                ),
                (
                    "request_signature",
                    models.CharField(
                        choices=[
                            ("verify", "verify if there is one"),
                            ("require", "must be signed"),
                            ("ignore", "do not check it"),
                        ],
                        default="verify",
                        max_length=10,
                    ),
                ),
                (
                    "requested_context",
                    models.CharField(
                        choices=[("honour", "honour"), ("ignore", "ignore")], default="honour", max_length=10
                    ),
                ),
                (
                    "timeout_policy",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="policies.timeoutpolicy"),
                ),
                (
                    "code_context",
                    models.CharField(
                        blank=True,
                        help_text="By default urn:oasis:names:tc:SAML:2.0:ac:classes:MobileOneFactorContract",
                        max_length=200,
                        verbose_name="context class after a code",
                    ),
                ),
                ("encrypt", models.BooleanField(default=False, verbose_name="encrypt Assertions")),
                (
                    "encryption_algorithm",
                    models.CharField(
                        choices=[
                            ("http://www.w3.org/2009/xmlenc11#aes256-gcm", "AES-256-GCM"),
                            ("http://www.w3.org/2009/xmlenc11#aes128-gcm", "AES-128-GCM"),
                        ],
                        default="http://www.w3.org/2009/xmlenc11#aes256-gcm",
                        max_length=64,
                    ),
                ),
                (
                    "encryption_certificates",
                    models.TextField(
                        blank=True, help_text="The certificates to encrypt for, as PEM, one after the other."
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="keys.signingkey",
                    ),
                ),
                (
                    "key_transport",
                    models.CharField(
                        choices=[
                            ("mgf1p", "RSA-OAEP (mgf1p, SHA-1 inside)"),
                            ("mgf1p-sha256", "RSA-OAEP (mgf1p, SHA-256 inside)"),
                            ("oaep", "RSA-OAEP 1.1 (SHA-1 inside)"),
                            ("oaep-sha256", "RSA-OAEP 1.1 (SHA-256 inside)"),
                        ],
                        default="mgf1p",
                        help_text="Few services support SHA-256 inside.",
                        max_length=16,
                    ),
                ),
                (
                    "logout_ends",
                    models.CharField(
                        choices=[
                            ("phone", "this phone's sign-in: the next one takes a code"),
                            ("session", "the session only: the next sign-in may still be silent"),
                        ],
                        default="phone",
                        max_length=8,
                        verbose_name="sign-out there ends",
                    ),
                ),
                (
                    "name_id_format",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "as this kind of service expects"),
                            ("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "unspecified"),
                            ("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "persistent"),
                            ("urn:oasis:names:tc:SAML:2.0:nameid-format:transient", "transient"),
                            ("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "email address"),
                        ],
                        max_length=100,
                        verbose_name="name ID",
                    ),
                ),
                (
                    "signature_algorithm",
                    models.CharField(
                        choices=[
                            ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "RSA-SHA256"),
                            ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", "RSA-SHA384"),
                            ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", "RSA-SHA512"),
                            ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "ECDSA-SHA256, on P-256"),
                        ],
                        default="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                        max_length=64,
                    ),
                ),
                (
                    "token_context",
                    models.CharField(
                        blank=True,
                        help_text="By default urn:oasis:names:tc:SAML:2.0:ac:classes:PreviousSession",
                        max_length=200,
                        verbose_name="context class without a code",
                    ),
                ),
                (
                    "unsolicited",
                    models.BooleanField(
                        default=False,
                        help_text="Agents can begin at Latchkey, at /saml/start/ followed by the short name.",
                        verbose_name="may be opened from here",
                    ),
                ),
                (
                    "states_end",
                    models.BooleanField(
                        default=False,
                        help_text="In SessionNotOnOrAfter: the first time limit that the sign-in reaches.",
                        verbose_name="is told when the sign-in ends",
                    ),
                ),
                (
                    "passkey_context",
                    models.CharField(
                        blank=True,
                        help_text="By default urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorUnregistered",
                        max_length=200,
                        verbose_name="context class after a passkey",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("profile__in", ["flex-enhanced", "flex-legacy", "generic"])),
                        name="a_profile_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("request_signature__in", ["verify", "require", "ignore"])),
                        name="request_signature_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign__in", ["both", "response", "assertion"])), name="sign_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("profile__startswith", "flex"), ("sign", "assertion"), _negated=True),
                        name="flex_wants_the_response_signed",
                        violation_error_message="Flex needs the Response signed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("encrypt", True), ("profile__startswith", "flex"), _negated=True),
                        name="flex_reads_nothing_encrypted",
                        violation_error_message="Flex cannot read encrypted Assertions.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("profile__startswith", "flex"),
                            ("signature_algorithm", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
                            _negated=True,
                        ),
                        name="flex_is_signed_to_by_rsa",
                        violation_error_message="Flex is not known to take ECDSA signatures.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("encrypt", True), ("encryption_certificates", ""), _negated=True),
                        name="encryption_has_a_certificate",
                        violation_error_message="To encrypt, paste the certificate to encrypt for.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "signature_algorithm__in",
                                [
                                    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                                    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
                                    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
                                    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
                                ],
                            )
                        ),
                        name="signature_algorithm_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "encryption_algorithm__in",
                                [
                                    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
                                    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
                                ],
                            )
                        ),
                        name="encryption_algorithm_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("key_transport__in", ["mgf1p", "mgf1p-sha256", "oaep", "oaep-sha256"])),
                        name="key_transport_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("logout_ends__in", ["phone", "session"])), name="logout_ends_is_known"
                    ),
                ],
                "verbose_name": "service",
            },
        ),
        migrations.CreateModel(
            name="AssertionConsumer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.CharField(max_length=2048, verbose_name="ACS URL")),
                ("index", models.PositiveIntegerField(default=0)),
                ("is_default", models.BooleanField(default=False)),
                (
                    "service_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="consumers", to="saml.serviceprovider"
                    ),
                ),
            ],
            options={
                "verbose_name": "assertion consumer service",
                "ordering": ["-is_default", "index"],
                "constraints": [
                    models.UniqueConstraint(fields=("service_provider", "url"), name="an_acs_is_registered_once"),
                    models.UniqueConstraint(fields=("service_provider", "index"), name="an_index_names_one_acs"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)), fields=("service_provider",), name="one_default_acs"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubjectName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.CharField(editable=False, max_length=100)),
                (
                    "agent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="subject_names",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service_provider",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="saml.serviceprovider",
                    ),
                ),
                ("replaced_at", models.DateTimeField(editable=False, null=True)),
                ("told", models.BooleanField(default=False, editable=False)),
            ],
            options={
                "indexes": [models.Index(fields=["value"], name="name_ids_as_they_are")],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("value"), name="a_name_id_is_given_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at__isnull", True)),
                        fields=("agent", "service_provider"),
                        name="one_name_id_for_an_agent_at_a_service",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at__isnull", True), ("service_provider__isnull", True)),
                        fields=("agent",),
                        name="one_name_id_for_an_agent_everywhere_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("replaced_at__isnull", True), ("told", True), _connector="OR"),
                        name="only_told_is_replaced",
                    ),
                ],
                "default_permissions": (),
                "permissions": [("choose_name_id", "Can choose or change the name ID of an agent")],
            },
        ),
        migrations.CreateModel(
            name="HeardRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                ("issuer", models.CharField(blank=True, max_length=1024)),
                ("acs_url", models.CharField(blank=True, max_length=2048)),
                ("binding", models.CharField(max_length=8)),
                ("signed", models.BooleanField()),
                ("says", models.JSONField(default=dict)),
                ("outcome", models.CharField(blank=True, max_length=64)),
                ("reference", models.CharField(max_length=11)),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="Listening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begun_at", models.DateTimeField()),
                ("until", models.DateTimeField(db_index=True)),
            ],
            options={
                "ordering": ["-begun_at"],
            },
        ),
        migrations.CreateModel(
            name="Logout",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("request_id", models.CharField(blank=True, max_length=256)),
                ("relay_state", models.TextField(blank=True, null=True)),
                ("begun_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "initiator",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="saml.serviceprovider"
                    ),
                ),
                ("asynchronous", models.BooleanField(db_default=False, default=False)),
            ],
        ),
        migrations.CreateModel(
            name="LogoutEndpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "binding",
                    models.CharField(
                        choices=[
                            ("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", "HTTP-Redirect"),
                            ("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST", "HTTP-POST"),
                            ("urn:oasis:names:tc:SAML:2.0:bindings:SOAP", "SOAP, from server to server"),
                        ],
                        max_length=64,
                    ),
                ),
                ("location", models.CharField(max_length=2048, verbose_name="address")),
                (
                    "response_location",
                    models.CharField(blank=True, max_length=2048, verbose_name="address for answers"),
                ),
                (
                    "service_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="logout_endpoints",
                        to="saml.serviceprovider",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service_provider", "binding"), name="one_logout_endpoint_of_each_binding"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "binding__in",
                                [
                                    "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
                                    "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
                                    "urn:oasis:names:tc:SAML:2.0:bindings:SOAP",
                                ],
                            )
                        ),
                        name="a_logout_binding_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LogoutNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_id", models.CharField(max_length=256)),
                ("name_id_format", models.CharField(max_length=100)),
                ("reason", models.CharField(max_length=16)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("browser", "through the browser"),
                            ("server", "from server to server"),
                            ("none", "not at all: it publishes no address for that"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "not notified yet"),
                            ("asked", "notified, no answer yet"),
                            ("told", "notified; it confirmed nothing"),
                            ("ended", "signed out there"),
                            ("refused", "not signed out there"),
                            ("failed", "could not be reached"),
                            ("untold", "cannot be notified"),
                        ],
                        max_length=8,
                    ),
                ),
                ("request_id", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ("detail", models.CharField(blank=True, max_length=200)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("next_try_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="logout_notices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="logout_notices", to="agents.device"
                    ),
                ),
                (
                    "logout",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="saml.logout",
                    ),
                ),
                (
                    "service_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="logout_notices",
                        to="saml.serviceprovider",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "sign-out to pass on",
                "verbose_name_plural": "sign-outs passed on",
                "ordering": ["made_at", "pk"],
                "indexes": [models.Index(fields=["outcome", "next_try_at"], name="notices_to_send")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["waiting", "asked", "told", "ended", "refused", "failed", "untold"])
                        ),
                        name="an_outcome_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["browser", "server", "none"])), name="a_channel_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "waiting"), _negated=True),
                            ("next_try_at__isnull", False),
                            _connector="OR",
                        ),
                        name="what_waits_has_its_next_try",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IssuedAssertion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("request_id", models.CharField(blank=True, max_length=256, null=True)),
                ("assertion_id", models.CharField(max_length=64, unique=True)),
                ("session_index", models.CharField(db_index=True, max_length=40)),
                ("issued_at", models.DateTimeField()),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assertions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service_provider",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issued",
                        to="saml.serviceprovider",
                        verbose_name="service",
                    ),
                ),
                ("encrypted", models.BooleanField(default=False)),
                ("name_id", models.CharField(blank=True, default="", max_length=256)),
                ("name_id_format", models.CharField(blank=True, default="", max_length=100)),
                ("over_at", models.DateTimeField(blank=True, null=True)),
                ("response", models.TextField(blank=True, default="", editable=False)),
                (
                    "logout_notice",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="issued",
                        to="saml.logoutnotice",
                    ),
                ),
            ],
            options={
                "ordering": ["-issued_at"],
                "indexes": [
                    models.Index(fields=["service_provider", "name_id"], name="issued_to_a_name"),
                    models.Index(fields=["-issued_at"], name="latest_answers"),
                    models.Index(
                        condition=models.Q(("logout_notice__isnull", False)),
                        fields=["logout_notice"],
                        name="answers_told_over",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("service_provider", "request_id"), name="one_answer_to_one_request")
                ],
            },
        ),
        migrations.CreateModel(
            name="MetadataSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.CharField(blank=True, max_length=2048, verbose_name="address")),
                ("signing_certificate", models.TextField(blank=True)),
                (
                    "valid_until_rule",
                    models.CharField(
                        choices=[
                            ("check", "must not be past, if present"),
                            ("require", "must be present, not past, and not too far ahead"),
                            ("ignore", "not checked"),
                        ],
                        default="check",
                        max_length=8,
                    ),
                ),
                ("longest_days", models.PositiveSmallIntegerField(default=30)),
                (
                    "take_over",
                    models.CharField(
                        choices=[
                            ("ask", "let an operator accept them first"),
                            ("signed", "accept them at once if the signature is valid"),
                        ],
                        default="ask",
                        max_length=8,
                    ),
                ),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                ("fetched_at", models.DateTimeField(blank=True, null=True)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("fault", models.CharField(blank=True, max_length=500)),
                ("pending", models.TextField(blank=True)),
                ("left_alone", models.CharField(blank=True, max_length=64)),
                (
                    "service_provider",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="metadata_source",
                        to="saml.serviceprovider",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_until_rule__in", ["check", "require", "ignore"])),
                        name="valid_until_rule_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("take_over__in", ["ask", "signed"])), name="take_over_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("take_over", "signed"), _negated=True),
                            models.Q(("signing_certificate", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="only_signed_metadata_is_taken_unseen",
                        violation_error_message="Paste the certificate that the metadata is signed with.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ObeyedLogoutRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("request_id", models.CharField(max_length=256)),
                ("replayable_until", models.DateTimeField(db_index=True)),
                (
                    "service_provider",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="saml.serviceprovider"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service_provider", "request_id"), name="a_logout_request_is_obeyed_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReleasedAttribute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("name", models.CharField(max_length=256)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("email", "email"),
                            ("full_name", "full name"),
                            ("roles", "roles"),
                            ("department", "department"),
                            ("phone", "mobile number"),
                            ("fixed", "always the same"),
                        ],
                        max_length=16,
                        verbose_name="value",
                    ),
                ),
                (
                    "fixed",
                    models.TextField(
                        blank=True, help_text="One value a line, the same for every agent.", verbose_name="values"
                    ),
                ),
                (
                    "name_format",
                    models.CharField(
                        choices=[
                            ("urn:oasis:names:tc:SAML:2.0:attrname-format:basic", "basic"),
                            ("urn:oasis:names:tc:SAML:2.0:attrname-format:uri", "URI"),
                            ("urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified", "unspecified"),
                        ],
                        default="urn:oasis:names:tc:SAML:2.0:attrname-format:basic",
                        max_length=100,
                    ),
                ),
                (
                    "service_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="released", to="saml.serviceprovider"
                    ),
                ),
            ],
            options={
                "verbose_name": "attribute",
                "ordering": ["position", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("service_provider", "name"), name="an_attribute_is_released_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["email", "full_name", "roles", "department", "phone", "fixed"])
                        ),
                        name="a_source_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SentAttribute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=256)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sent_attributes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sent_attributes",
                        to="saml.serviceprovider",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agent", "service_provider", "name"), name="a_sent_name_is_kept_once"
                    )
                ],
            },
        ),
    ]
