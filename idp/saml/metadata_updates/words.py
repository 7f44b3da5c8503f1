"""Describes a service provider's metadata in lines for an operator."""

from collections.abc import Iterable, Iterator

from idp.keys import certificates
from idp.saml.connecting.registration import LOGOUT_BINDINGS, Draft, numbered
from idp.saml.metadata.sp_description import AcsDescription, Endpoint, SpDescription
from idp.saml.models import LogoutEndpoint
from idp.saml.models import service_provider as choices

LABELS = {
    "certificates": "Certificates it signs requests with",
    "request_signature": "Requests",
    "sign": "What we sign",
    "signature_algorithm": "What we sign by",
    "encryption_certificates": "Certificates to encrypt for",
    "encryption_algorithm": "What we encrypt by",
    "key_transport": "How the key travels",
    "name_id_format": "Name ID",
}
ACS = "Addresses that take Responses"
LOGOUT = "Addresses that take logout messages"

_BY_VALUE = {
    "signature_algorithm": dict(choices.SIGNATURE_ALGORITHM),
    "encryption_algorithm": dict(choices.ENCRYPTION_ALGORITHM),
    "key_transport": dict(choices.KEY_TRANSPORT),
    "name_id_format": dict(choices.NAME_ID_FORMAT),
    "request_signature": dict(choices.REQUEST_SIGNATURE),
    "sign": dict(choices.SIGN),
}
Lines = tuple[str, ...]


def summary(described: SpDescription) -> Iterator[tuple[str, Lines]]:
    """Return what a service would be registered with, without what its metadata does not mention."""
    draft = Draft.of_metadata(described)
    yield "Entity ID", (draft.entity_id,)
    yield ACS, of_acs(numbered(draft.acs))
    signed = "must be signed" if draft.signs_requests else "need not be signed"
    said = {
        LABELS["certificates"]: of_certificates("".join(draft.certificates)),
        LABELS["request_signature"]: (signed,),
        LABELS["encryption_certificates"]: of_certificates("".join(draft.encryption_certificates)),
        LOGOUT: of_logout(usable(draft.logout)),
    }
    chosen = {**draft.algorithms, "name_id_format": draft.name_id_format}
    said |= {LABELS[name]: of_field(name, value) for name, value in chosen.items() if value}
    if described.valid_until is not None:
        said["Valid until"] = (f"{described.valid_until:%Y-%m-%d %H:%M} UTC",)
    yield from ((label, lines) for label, lines in said.items() if lines)


def of_field(name: str, value: str) -> Lines:
    """Describe the value of a field of a service's row."""
    if name not in _BY_VALUE:
        return of_certificates(value)
    return (_BY_VALUE[name].get(value, value),)


def of_certificates(text: str) -> Lines:
    """Name certificates by SHA-256 fingerprint and last day. The last day is only information."""
    return tuple(
        f"{certificates.fingerprint(it)} (until {certificates.expires_at(it):%Y-%m-%d})"
        for it in certificates.split(text)
        if not certificates.fault(it)
    )


def of_acs(rows: Iterable[AcsDescription]) -> Lines:
    """Name the addresses that take Responses."""
    return tuple(f"{it.url} (no. {it.index}{', default' if it.is_default else ''})" for it in rows)


def of_logout(rows: Iterable[Endpoint]) -> Lines:
    """Name the addresses that take logout messages."""
    labels = dict(LogoutEndpoint.BINDINGS)
    return tuple(
        f"{it.location} ({labels[it.binding]}{f', answers to {it.response_location}' if it.response_location else ''})"
        for it in rows
    )


def usable(endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    """Return the logout addresses that we can send to, the first of each binding."""
    once: dict[str, Endpoint] = {}
    for it in endpoints:
        if it.binding in LOGOUT_BINDINGS:
            once.setdefault(it.binding, it)
    return tuple(once.values())
