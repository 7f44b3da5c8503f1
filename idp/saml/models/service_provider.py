"""The service providers that trust us, and what each expects."""

from django.db import models
from django.db.models import Q

from idp.agents.authentication import Method
from idp.keys import certificates
from idp.keys.models import SigningKey
from idp.policies.models import TimeoutPolicy
from idp.saml import names
from idp.saml.attributes.release_list import Release
from idp.saml.encryption import TRANSPORTS
from idp.saml.errors import UnknownServiceProvider
from idp.saml.profiles import PROFILES, Profile
from idp.saml.profiles.profile import configured
from idp.saml.signatures.signing import Sign
from idp.saml.trust import RequestedContextRule, RequestSignature, SpTrust
from idp.versions.cached import Cached

SIGN = [
    (Sign.BOTH.value, "Response and Assertion"),
    (Sign.RESPONSE.value, "Response only"),
    (Sign.ASSERTION.value, "Assertion only"),
]
REQUEST_SIGNATURE = [
    (RequestSignature.VERIFY.value, "verify if there is one"),
    (RequestSignature.REQUIRE.value, "must be signed"),
    (RequestSignature.IGNORE.value, "do not check it"),
]
REQUESTED_CONTEXT = [(it.value, it.value) for it in RequestedContextRule]
SIGNATURE_ALGORITHM = [
    (names.RSA_SHA256, "RSA-SHA256"),
    (names.RSA_SHA384, "RSA-SHA384"),
    (names.RSA_SHA512, "RSA-SHA512"),
    (names.ECDSA_SHA256, "ECDSA-SHA256, on P-256"),
]
ENCRYPTION_ALGORITHM = [(names.AES256_GCM, "AES-256-GCM"), (names.AES128_GCM, "AES-128-GCM")]
KEY_TRANSPORT = [
    ("mgf1p", "RSA-OAEP (mgf1p, SHA-1 inside)"),
    ("mgf1p-sha256", "RSA-OAEP (mgf1p, SHA-256 inside)"),
    ("oaep", "RSA-OAEP 1.1 (SHA-1 inside)"),
    ("oaep-sha256", "RSA-OAEP 1.1 (SHA-256 inside)"),
]
NAME_ID_FORMAT = [
    ("", "as this kind of service expects"),
    (names.UNSPECIFIED, "unspecified"),
    (names.PERSISTENT, "persistent"),
    (names.TRANSIENT, "transient"),
    (names.EMAIL_ADDRESS, "email address"),
]
# True classes only: a code proves one factor; a passkey proves possession of the key and the phone's lock; a
# token proves that something was proved before. There is no class for printed or spoken codes.
CONTEXTS = {
    Method.CODE: names.MOBILE_ONE_FACTOR_CONTRACT,
    Method.APP: names.TIME_SYNC_TOKEN,
    Method.RECOVERY: names.UNSPECIFIED_CONTEXT,
    Method.ONE_TIME: names.UNSPECIFIED_CONTEXT,
    Method.PASSKEY: names.MOBILE_TWO_FACTOR_UNREGISTERED,
    Method.TOKEN: names.PREVIOUS_SESSION,
}
ALL_PROOFS = frozenset(CONTEXTS)
WEAKEST_FIRST = (Method.TOKEN, Method.CODE, Method.APP, Method.PASSKEY)
"""The proofs whose classes can be requested. *unspecified* says nothing, so it meets no request."""


class LogoutEnds(models.TextChoices):
    """What ends here if somebody signs out at a service."""

    PHONE = "phone", "this phone's sign-in: the next one takes a code"
    SESSION = "session", "the session only: the next sign-in may still be silent"


class ServiceProviderManager(models.Manager["ServiceProvider"]):
    """Finds service providers by name. Those that it returns one by one are shared: do not modify them."""

    def get_with_trust(self, issuer: str) -> "tuple[ServiceProvider, SpTrust]":
        """Return the one whose entity ID is exactly this, and what its messages are checked against.

        Raises UnknownServiceProvider, also if it is switched off.
        """
        found: tuple[ServiceProvider, SpTrust] = _by_entity_id(issuer)
        return found

    def get_enabled(self, slug: str) -> "ServiceProvider":
        """Return the one of that slug, if it is still switched on. Raises UnknownServiceProvider."""
        found: ServiceProvider = _by_slug(slug)
        return found

    def whole(self) -> models.QuerySet["ServiceProvider"]:
        """Those that are switched on, with all rows that a sign-in needs."""
        rows = self.select_related("timeout_policy").prefetch_related("consumers", "released", "logout_endpoints")
        return rows.filter(enabled=True).order_by()


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
        blank=True, help_text="The certificates that this service signs requests with, as PEM, one after the other."
    )
    sign = models.CharField(max_length=10, choices=SIGN, default=Sign.BOTH.value)
    request_signature = models.CharField(
        max_length=10, choices=REQUEST_SIGNATURE, default=RequestSignature.VERIFY.value
    )
    requested_context = models.CharField(
        max_length=10, choices=REQUESTED_CONTEXT, default=RequestedContextRule.HONOUR.value
    )
    signature_algorithm = models.CharField(max_length=64, choices=SIGNATURE_ALGORITHM, default=names.RSA_SHA256)
    key = models.ForeignKey(SigningKey, models.PROTECT, null=True, blank=True, editable=False)
    encrypt = models.BooleanField("encrypt Assertions", default=False)
    encryption_certificates = models.TextField(
        blank=True, help_text="The certificates to encrypt for, as PEM, one after the other."
    )
    encryption_algorithm = models.CharField(max_length=64, choices=ENCRYPTION_ALGORITHM, default=names.AES256_GCM)
    key_transport = models.CharField(
        max_length=16, choices=KEY_TRANSPORT, default="mgf1p", help_text="Few services support SHA-256 inside."
    )
    name_id_format = models.CharField("name ID", max_length=100, choices=NAME_ID_FORMAT, blank=True)
    code_context = models.CharField(
        "context class after a code", max_length=200, blank=True, help_text=f"By default {CONTEXTS[Method.CODE]}"
    )
    passkey_context = models.CharField(
        "context class after a passkey",
        max_length=200,
        blank=True,
        help_text=f"By default {CONTEXTS[Method.PASSKEY]}",
    )
    token_context = models.CharField(
        "context class without a code", max_length=200, blank=True, help_text=f"By default {CONTEXTS[Method.TOKEN]}"
    )
    unsolicited = models.BooleanField(
        "may be opened from here",
        default=False,
        help_text="Agents can begin at Latchkey, at /saml/start/ followed by the short name.",
    )
    states_end = models.BooleanField(
        "is told when the sign-in ends",
        default=False,
        help_text="In SessionNotOnOrAfter: the first time limit that the sign-in reaches.",
    )
    logout_ends = models.CharField(
        "sign-out there ends", max_length=8, choices=LogoutEnds.choices, default=LogoutEnds.PHONE
    )

    held_lines: tuple[Release, ...] | None = None
    """The attributes it gets, if they were read with the locked row."""

    objects = ServiceProviderManager()

    class Meta:
        ordering = ["name"]
        verbose_name = "service"
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
            models.CheckConstraint(
                condition=~Q(profile__startswith="flex", encrypt=True),
                name="flex_reads_nothing_encrypted",
                violation_error_message="Flex cannot read encrypted Assertions.",
            ),
            models.CheckConstraint(
                condition=~Q(profile__startswith="flex", signature_algorithm=names.ECDSA_SHA256),
                name="flex_is_signed_to_by_rsa",
                violation_error_message="Flex is not known to take ECDSA signatures.",
            ),
            models.CheckConstraint(
                condition=~Q(encrypt=True, encryption_certificates=""),
                name="encryption_has_a_certificate",
                violation_error_message="To encrypt, paste the certificate to encrypt for.",
            ),
            models.CheckConstraint(
                condition=Q(signature_algorithm__in=[value for value, _ in SIGNATURE_ALGORITHM]),
                name="signature_algorithm_is_known",
            ),
            models.CheckConstraint(
                condition=Q(encryption_algorithm__in=[value for value, _ in ENCRYPTION_ALGORITHM]),
                name="encryption_algorithm_is_known",
            ),
            models.CheckConstraint(condition=Q(key_transport__in=list(TRANSPORTS)), name="key_transport_is_known"),
            models.CheckConstraint(condition=Q(logout_ends__in=LogoutEnds.values), name="logout_ends_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def expects(self) -> Profile:
        """What this service provider expects of a Response: by its type, and by what an operator chose for it."""
        profile = PROFILES[self.profile]
        return configured(profile, self.name_id_format) if self.name_id_format else profile

    @property
    def to_encrypt_for(self) -> tuple[str, ...]:
        """The certificates to encrypt Assertions for; none if they are sent readable."""
        return tuple(certificates.split(self.encryption_certificates)) if self.encrypt else ()

    def context_of(self, opened_by: Method) -> str:
        """Return the class that states how a sign-in was opened: the true one, unless an operator chose another."""
        chosen = {
            Method.CODE: self.code_context,
            Method.PASSKEY: self.passkey_context,
            Method.TOKEN: self.token_context,
        }
        return chosen.get(opened_by, "") or CONTEXTS[opened_by]

    def accepted(self, contexts: tuple[str, ...] | None) -> frozenset[Method]:
        """Return the proofs whose class is among these, or all of them if none were asked for."""
        if contexts is None:
            return ALL_PROOFS
        return frozenset(it for it in CONTEXTS if self.context_of(it) in contexts)

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
            contexts=tuple(dict.fromkeys(map(self.context_of, WEAKEST_FIRST))),
        )


@Cached
def _by_entity_id(issuer: str) -> tuple[ServiceProvider, SpTrust]:
    for found in ServiceProvider.objects.whole().filter(entity_id=issuer):
        if found.entity_id == issuer:
            return _to_be_held(found), found.trust
    raise UnknownServiceProvider(f"no enabled service provider is called {issuer!r}")


@Cached
def _by_slug(slug: str) -> ServiceProvider:
    found = ServiceProvider.objects.whole().filter(slug=slug).first()
    if found is None:
        raise UnknownServiceProvider(f"{slug} was switched off meanwhile")
    return _to_be_held(found)


def _to_be_held(found: ServiceProvider) -> ServiceProvider:
    found.held_lines = tuple(it.line for it in found.released.all())
    return found
