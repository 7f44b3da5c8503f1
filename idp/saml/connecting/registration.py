"""Registers a service provider, for the command line and for the admin."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from idp.agents.authentication import Method
from idp.keys import certificates
from idp.outgoing.addresses import address_fault
from idp.policies.models import TimeoutPolicy
from idp.saml import names
from idp.saml.attributes.release_list import BASICS, rules_of
from idp.saml.encryption import TRANSPORTS
from idp.saml.metadata.sp_description import AcsDescription, Endpoint, SpDescription
from idp.saml.models import AssertionConsumer, LogoutEndpoint, ReleasedAttribute, ServiceProvider
from idp.saml.models.service_provider import CONTEXTS, NAME_ID_FORMAT
from idp.saml.profiles import PROFILES, flex
from idp.saml.profiles.flex import FlexAddress
from idp.saml.trust import RequestSignature

NAME_ID_FORMATS = {value for value, _ in NAME_ID_FORMAT if value}
LOGOUT_BINDINGS = {value for value, _ in LogoutEndpoint.BINDINGS}


@dataclass(frozen=True, slots=True)
class Draft:
    """A service provider as its metadata describes it, or as an operator entered it. Certificates are PEM."""

    entity_id: str
    acs: tuple[AcsDescription, ...]
    certificates: tuple[str, ...] = ()
    signs_requests: bool = False
    encryption_certificates: tuple[str, ...] = ()
    name_id_format: str = ""
    logout: tuple[Endpoint, ...] = ()
    signature_algorithm: str = ""
    encryption_algorithm: str = ""
    key_transport: str = ""

    @classmethod
    def of_metadata(cls, described: SpDescription) -> "Draft":
        """Return a draft from metadata."""
        signs = described.authn_requests_signed and bool(described.signing_certificates)
        return cls(
            entity_id=described.entity_id,
            acs=described.acs,
            certificates=described.signing_certificates,
            signs_requests=signs,
            encryption_certificates=described.encryption_certificates,
            name_id_format=next((it for it in described.name_id_formats if it in NAME_ID_FORMATS), ""),
            logout=tuple(it for it in described.slo if it.binding in LOGOUT_BINDINGS),
            signature_algorithm=next(iter(described.signature_algorithms or ()), ""),
            encryption_algorithm=next(iter(described.encryption_algorithms or ()), ""),
            key_transport=next(iter(transports_of(described)), ""),
        )

    @classmethod
    def of_flex(cls, address: FlexAddress) -> "Draft":
        """Return a draft from the address of a Flex account."""
        return cls(address.entity_id, (AcsDescription(address.acs_url, is_default=True),))

    @property
    def profile(self) -> str:
        """The slug of the matching profile: a Flex profile by its entity ID, or else the generic one."""
        address = flex.derive(self.entity_id)
        return address.profile if address else "generic"

    @property
    def algorithms(self) -> dict[str, str]:
        """The algorithms chosen for it, by the names of their fields. Others keep their defaults."""
        chosen = {
            "signature_algorithm": self.signature_algorithm,
            "encryption_algorithm": self.encryption_algorithm,
            "key_transport": self.key_transport,
        }
        return {name: value for name, value in chosen.items() if value}


def transports_of(described: SpDescription) -> tuple[str, ...]:
    """Return the key transports that a service provider accepts, by our names and in our order."""
    taken = described.key_transports or ()
    return tuple(slug for slug, transport in TRANSPORTS.items() if transport in taken)


@transaction.atomic
def register(draft: Draft, *, slug: str, name: str, timeout_policy: str = "", profile: str = "") -> ServiceProvider:
    """Add a service provider. Raises ValidationError with sentences, and then adds nothing."""
    preset = PROFILES[profile or draft.profile]
    policy = TimeoutPolicy.objects.filter(name=timeout_policy or preset.timeout_policy).first()
    if policy is None:
        known = ", ".join(TimeoutPolicy.objects.values_list("name", flat=True))
        raise ValidationError(f"There is no timeout policy called {timeout_policy}. There are: {known}.")
    sp = ServiceProvider(
        slug=slug,
        name=name,
        entity_id=draft.entity_id,
        profile=preset.slug,
        timeout_policy=policy,
        certificates=normal_certificates("\n".join(draft.certificates)),
        requested_context=preset.requested_context,
        request_signature=RequestSignature.REQUIRE if draft.signs_requests else RequestSignature.VERIFY,
        encryption_certificates=normal_certificates("\n".join(draft.encryption_certificates)),
        name_id_format=draft.name_id_format if preset.format_as_asked else "",
        **draft.algorithms,
    )
    if fault := entity_id_fault(draft.entity_id):
        raise ValidationError(fault)
    sp.full_clean()
    sp.save()
    for acs in numbered(draft.acs):
        _add_acs(sp, acs)
    for endpoint in draft.logout:
        add_logout_endpoint(sp, endpoint)
    if not rules_of(preset.slug).mandatory:
        release_basics(sp)
    return sp


def numbered(described: Iterable[AcsDescription]) -> tuple[AcsDescription, ...]:
    """Give a number to each address that has none: the first that is free."""
    rows = list(described)
    used = {it.index for it in rows}
    free = (it for it in range(2 * len(rows)) if it not in used)
    return tuple(AcsDescription(it.url, next(free) if it.index is None else it.index, it.is_default) for it in rows)


def release_basics(sp: ServiceProvider) -> None:
    """Release roles, full name and email to a service, in lines that an operator can change."""
    for position, line in enumerate(BASICS):
        ReleasedAttribute.objects.create(
            service_provider=sp, position=position, name=line.name, source=line.source.value
        )


def add_logout_endpoint(sp: ServiceProvider, endpoint: Endpoint) -> None:
    """Add an address for logout messages. The first address of each binding counts."""
    if sp.logout_endpoints.filter(binding=endpoint.binding).exists():
        return
    row = LogoutEndpoint(
        service_provider=sp,
        binding=endpoint.binding,
        location=endpoint.location,
        response_location=endpoint.response_location or "",
    )
    row.full_clean()
    row.save()


def entity_id_fault(entity_id: str) -> str:
    """Return why a text cannot be an entity ID, or an empty string. Entity IDs are compared exactly."""
    if any(it.isspace() or not it.isprintable() for it in entity_id):
        return "An entity ID holds no white space."
    return "" if entity_id else "An entity ID cannot be empty."


def normal_certificates(text: str) -> str:
    """Turn pasted certificates into plain PEM, each once. Raises ValidationError with a sentence."""
    found = certificates.split(text)
    for certificate in found:
        if fault := certificates.fault(certificate):
            raise ValidationError(fault)
    return "".join(dict.fromkeys(map(certificates.plain, found)))


def warnings(sp: ServiceProvider) -> list[str]:
    """Return what will probably not work, though it can be saved."""
    found: list[str] = []
    if sp.profile in flex.PROFILES_OF_FLEX:
        for acs in sp.consumers.all():
            review = flex.review(FlexAddress(sp.profile, sp.entity_id, acs.url))
            found += [f"Twilio Flex will not work with this: {review.fault}"] if review.fault else review.warnings
    if sp.request_signature == RequestSignature.REQUIRE and not sp.certificates:
        found.append("Requests must be signed, but no certificate is there to check them: nobody can sign in.")
    if sp.unsolicited and sp.profile in flex.PROFILES_OF_FLEX:
        found.append("Flex can be opened from here only once Default Redirect URL is set in Twilio's Console.")
    if sp.states_end and sp.profile in flex.PROFILES_OF_FLEX:
        found.append("Flex signs agents out at the instant it is told, in the middle of a call if need be.")
    found += [f"{context} claims more than happened: {why}" for context, why in _overstated(sp)]
    return found


def _overstated(sp: ServiceProvider) -> Iterator[tuple[str, str]]:
    """Yield the chosen authentication context classes that claim more than Latchkey proves, with what it proves."""
    known = {
        Method.CODE: "one code proves one factor, and no password.",
        Method.PASSKEY: "a passkey is a key behind a lock, without a certificate or a mobile operator.",
        Method.TOKEN: "nothing was asked, an earlier proof counted.",
    }
    weakest_first = [
        names.UNSPECIFIED_CONTEXT,
        names.PREVIOUS_SESSION,
        names.MOBILE_ONE_FACTOR_CONTRACT,
        names.MOBILE_TWO_FACTOR_UNREGISTERED,
    ]
    for method, why in known.items():
        stated = sp.context_of(method)
        honest = weakest_first[: weakest_first.index(CONTEXTS[method]) + 1]
        if stated.startswith(names.CONTEXT_CLASSES) and stated not in honest:
            yield stated, why


def _add_acs(sp: ServiceProvider, acs: AcsDescription) -> None:
    if fault := address_fault(acs.url):
        raise ValidationError(f"The ACS URL {acs.url} cannot be used: {fault}.")
    row = AssertionConsumer(
        service_provider=sp,
        url=acs.url,
        index=acs.index or 0,
        is_default=acs.is_default,
    )
    row.full_clean()
    row.save()
