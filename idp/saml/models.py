"""The service providers that trust us, and what was sent to them."""

import base64
import secrets
import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from idp.agents.models import Agent
from idp.keys import certificates
from idp.policies.models import TimeoutPolicy
from idp.saml.errors import UnknownServiceProvider
from idp.saml.profiles import PROFILES, Profile
from idp.saml.trust import SpTrust

SIGN = [("both", "Response and Assertion"), ("response", "Response only"), ("assertion", "Assertion only")]
REQUEST_SIGNATURE = [
    ("verify", "verify if there is one"),
    ("require", "must be signed"),
    ("ignore", "never look at it"),
]
REQUESTED_CONTEXT = [("honour", "honour"), ("ignore", "ignore")]


class ServiceProviderManager(models.Manager["ServiceProvider"]):
    """Finds service providers by the name they give themselves."""

    def get_for(self, issuer: str) -> "ServiceProvider":
        """Return the one whose entity ID is exactly this.

        Raises UnknownServiceProvider, also if it is switched off.
        """
        found = (
            self.select_related("timeout_policy")
            .prefetch_related("consumers")
            .filter(entity_id=issuer, enabled=True)
            .first()
        )
        if found is None or found.entity_id != issuer:
            raise UnknownServiceProvider(f"no enabled service provider is called {issuer!r}")
        return found

    def get_enabled(self, slug: str) -> "ServiceProvider":
        """Return the one of that slug, if it is still switched on. Raises UnknownServiceProvider."""
        found = self.filter(slug=slug, enabled=True).first()
        if found is None:
            raise UnknownServiceProvider(f"{slug} was switched off meanwhile")
        return found


class ServiceProvider(models.Model):
    """A SAML party that trusts us, such as one Flex account."""

    slug = models.SlugField(unique=True, help_text="Short name for addresses and the trail.")
    name = models.CharField(max_length=100, help_text="What agents read, such as Flex.")
    entity_id = models.CharField(
        "entity ID",
        max_length=1024,
        unique=True,
        error_messages={"unique": "There is already a service of this entity ID."},
    )
    enabled = models.BooleanField(default=True)
    profile = models.CharField(max_length=20, choices=[(slug, it.label) for slug, it in PROFILES.items()])
    timeout_policy = models.ForeignKey(TimeoutPolicy, models.PROTECT)
    certificates = models.TextField(
        blank=True, help_text="The certificates it signs requests with, PEM, one below the other."
    )
    sign = models.CharField(max_length=10, choices=SIGN, default="both")
    request_signature = models.CharField(max_length=10, choices=REQUEST_SIGNATURE, default="verify")
    requested_context = models.CharField(max_length=10, choices=REQUESTED_CONTEXT, default="honour")

    objects = ServiceProviderManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(profile__in=list(PROFILES)), name="a_profile_is_known"),
            models.CheckConstraint(
                condition=Q(request_signature__in=[value for value, _ in REQUEST_SIGNATURE]),
                name="request_signature_is_known",
            ),
            models.CheckConstraint(condition=Q(sign__in=[value for value, _ in SIGN]), name="sign_is_known"),
            models.CheckConstraint(
                condition=~Q(profile__startswith="flex", sign="assertion"),
                name="flex_wants_the_response_signed",
                violation_error_message="Flex needs the Response signed.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def expects(self) -> Profile:
        """What this type of service provider expects of a Response."""
        return PROFILES[self.profile]

    @property
    def trust(self) -> SpTrust:
        """What a request of this service provider is checked against."""
        return SpTrust(
            entity_id=self.entity_id,
            acs=tuple((acs.url, acs.index, acs.is_default) for acs in self.consumers.all()),
            signing_certificates=tuple(certificates.split(self.certificates)),
            request_signature=self.request_signature,
            requested_context=self.requested_context,
            name_id_formats=self.expects.accepted_name_id_formats,
        )


class AssertionConsumer(models.Model):
    """An address that takes Responses, compared and sent to byte for byte."""

    service_provider = models.ForeignKey(ServiceProvider, models.CASCADE, related_name="consumers")
    url = models.CharField("ACS URL", max_length=2048)
    index = models.PositiveIntegerField(default=0)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_default", "index"]
        verbose_name = "assertion consumer service"
        constraints = [
            models.UniqueConstraint(fields=["service_provider", "url"], name="an_acs_is_registered_once"),
            models.UniqueConstraint(fields=["service_provider", "index"], name="an_index_names_one_acs"),
            models.UniqueConstraint(fields=["service_provider"], condition=Q(is_default=True), name="one_default_acs"),
        ]

    def __str__(self) -> str:
        return self.url


class SubjectName(models.Model):
    """The NameID of an agent: given once, never changed, never given to anybody else.

    Flex makes a worker, and bills a user, for each new NameID; so there it is one stable name for all its
    connections. A persistent NameID is a name for one service provider only (Core 8.3.7). All are opaque,
    distinct without regard to letter case, and outlive the agent.
    """

    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="subject_names")
    service_provider = models.ForeignKey(ServiceProvider, models.SET_NULL, null=True, editable=False)
    value = models.CharField(max_length=100, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("value"), name="a_name_id_is_given_once"),
            models.UniqueConstraint(fields=["agent", "service_provider"], name="one_name_id_for_an_agent_at_a_service"),
            models.UniqueConstraint(
                fields=["agent"],
                condition=Q(service_provider__isnull=True),
                name="one_name_id_for_an_agent_everywhere_else",
            ),
        ]

    def __str__(self) -> str:
        return self.value

    @classmethod
    def of(cls, agent: Agent, sp: ServiceProvider | None) -> str:
        """Return the agent's NameID at a service provider, or (None) the one for all others; make it if need be."""
        opaque = base64.b32encode(secrets.token_bytes(20)).decode().lower()[:26]
        name, _ = cls.objects.get_or_create(agent=agent, service_provider=sp, defaults={"value": opaque})
        return name.value


class IssuedAssertion(models.Model):
    """An Assertion that left this house. One request is answered once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service_provider = models.ForeignKey(ServiceProvider, models.PROTECT, related_name="issued")
    request_id = models.CharField(max_length=256)
    assertion_id = models.CharField(max_length=64, unique=True)
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="assertions")
    session_index = models.CharField(max_length=40)
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(fields=["service_provider", "request_id"], name="one_answer_to_one_request")
        ]

    def __str__(self) -> str:
        return self.assertion_id
