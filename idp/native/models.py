"""The operator's own apps and back ends, their authorization codes and their sign-in links."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from idp.agents.models import Agent, Device
from idp.bearer_secrets import keyed_hash, new_secret, same
from idp.login.flow import loans
from idp.login.flow.in_memory import InMemoryFlow
from idp.login.ladder.requirements import LoginRequirements
from idp.native import redirects
from idp.policies.models import TimeoutPolicy
from idp.sql.filled_together import filled_together


class ClientKind(models.TextChoices):
    """Whether the client can keep a secret. An app on a phone cannot (RFC 6749 section 2.1)."""

    APP = "app", "app on phones, without a secret"
    BACK_END = "back end", "back end, with a secret"


class Client(models.Model):
    """An app or a back end that an operator registered.

    An app signs agents in by authorization code and PKCE. A back end reads who is signed in. Of its secret only a keyed
    hash is stored.
    """

    client_id = models.SlugField(
        "client ID", max_length=40, unique=True, help_text="Short name that the app itself and the trail use."
    )
    name = models.CharField(max_length=100, help_text="What agents read, such as Acme Phone.")
    kind = models.CharField(max_length=8, choices=ClientKind.choices, default=ClientKind.APP)
    enabled = models.BooleanField(default=True, help_text="Switching this off stops it at once.")
    secret_hash = models.CharField(max_length=64, blank=True, editable=False)
    secret_made_at = models.DateTimeField("secret made", null=True, blank=True, editable=False)
    timeout_policy = models.ForeignKey(
        TimeoutPolicy,
        models.PROTECT,
        help_text="Decides when the app needs a new code, at the latest 7 days after its last renewal.",
    )
    services = models.ManyToManyField(
        "saml.ServiceProvider",
        blank=True,
        related_name="opened_by",
        help_text="The services it may open without a code. Each needs a tick at “may be opened from here”.",
    )

    class Meta:
        ordering = ["name"]
        verbose_name = "app or back end"
        verbose_name_plural = "apps and back ends"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ClientKind.values), name="a_client_is_an_app_or_a_back_end"),
            models.CheckConstraint(
                condition=Q(kind=ClientKind.BACK_END) | Q(secret_hash=""),
                name="only_back_ends_have_a_secret",
                violation_error_message="An app on phones can keep no secret.",
            ),
            models.CheckConstraint(
                condition=filled_together("secret_hash", "secret_made_at"),
                name="a_secret_was_made_some_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it. If an app is switched off, its loans to browsers end with this commit."""
        super().save(*args, **kwargs)
        if not self.enabled:
            loans.withdraw(self.client_id)

    @property
    def service(self) -> str:
        """Return its name in flows and in the trail. It has a colon, which no service provider's short name has."""
        return f"app:{self.client_id}"

    def may_open(self) -> "models.QuerySet[Any]":
        """Return the service providers that the app may open and that accept sign-ins Latchkey starts."""
        return self.services.filter(enabled=True, unsolicited=True, consumers__isnull=False).distinct()

    def begin_flow(self, now: datetime) -> InMemoryFlow:
        """Begin a flow without pages for a request of this client."""
        requirements = LoginRequirements(self.service, self.name)
        return InMemoryFlow(requirements, self.timeout_policy, return_path=str, protocol=dict, begun_at=now)

    def keeps(self, secret: str) -> bool:
        """Whether this is the client's secret."""
        return bool(self.secret_hash) and same(self.secret_hash, _hash(secret))

    def new_secret(self) -> str:
        """Return a new secret, and set its hash in place of the old one. Does not save."""
        secret = new_secret()
        self.secret_hash = _hash(secret)
        return secret


class RedirectUri(models.Model):
    """An address to which Latchkey may send an app's browser, compared as a string."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="redirect_uris")
    uri = models.CharField(
        "redirect URI",
        max_length=redirects.LONGEST,
        help_text="https://…, or a private scheme such as com.acme.app:/signed-in. "
        "For programs on computers: http://127.0.0.1/…, at any port.",
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = "redirect URI"
        verbose_name_plural = "redirect URIs"
        constraints = [
            models.UniqueConstraint(fields=["client", "uri"], name="a_redirect_uri_is_registered_once"),
            models.CheckConstraint(
                condition=Q(uri__startswith="https://")
                | Q(uri__regex=r"^http://(127\.0\.0\.1|\[::1\])(:[0-9]+)?(/|\?|$)")
                | (Q(uri__regex=r"^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:") & ~Q(uri__contains="#")),
                name="a_redirect_is_https_loopback_or_private",
            ),
        ]

    def __str__(self) -> str:
        return self.uri

    def clean(self) -> None:
        """Refuse an address that is not safe for an app."""
        if fault := redirects.fault(self.uri):
            raise ValidationError({"uri": fault})


class AuthorizationCode(models.Model):
    """A proof that a browser gave, on its way to the app that requested it (RFC 6749 section 4.1.2).

    It can be used once, within a minute. `device` is the device that it signed in. `after_line` is that of
    `login.flow.sign_in.Proved`.
    """

    secret_hash = models.CharField(max_length=64, unique=True)
    client = models.ForeignKey(Client, models.CASCADE, related_name="codes")
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="authorization_codes")
    redirect_uri = models.CharField(max_length=redirects.LONGEST)
    challenge = models.CharField(max_length=43)
    method = models.CharField(max_length=8)
    proved_at = models.DateTimeField()
    after_line = models.PositiveBigIntegerField(default=0, db_default=0)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    device = models.ForeignKey(Device, models.CASCADE, null=True, related_name="authorization_codes")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="a_code_expires_after_it_was_made"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, device__isnull=True)
                | Q(used_at__isnull=False, device__isnull=False, used_at__gte=F("made_at")),
                name="a_used_code_made_a_device",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.made_at:%H:%M:%S}"


class SignInLink(models.Model):
    """An address with which an app opens one service in a browser, once, within a minute."""

    secret_hash = models.CharField(max_length=64, unique=True)
    device = models.ForeignKey(Device, models.CASCADE, related_name="sign_in_links")
    service_provider = models.ForeignKey("saml.ServiceProvider", models.CASCADE, related_name="sign_in_links")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "sign-in link"
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="a_link_expires_after_it_was_made"),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True) | Q(opened_at__gte=F("made_at")),
                name="a_link_is_opened_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.made_at:%H:%M:%S}"


def _hash(secret: str) -> str:
    return keyed_hash("client secret", secret)
