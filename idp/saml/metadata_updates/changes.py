"""What a service provider's metadata would change in its row, before it is applied.

What the document does not mention stays as an operator chose it: certificates, formats, logout addresses, algorithms.
No document can lower what is required of requests.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from idp.keys import certificates
from idp.saml.connecting import registration
from idp.saml.metadata.errors import UntakenMetadata
from idp.saml.metadata.sp_description import AcsDescription, Endpoint, SpDescription
from idp.saml.metadata_updates import words as metadata_words
from idp.saml.metadata_updates.words import ACS, LABELS, LOGOUT, of_acs, of_logout, usable
from idp.saml.models import AssertionConsumer, ServiceProvider
from idp.saml.signatures.signing import Sign
from idp.saml.trust import RequestSignature


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would differ: its name, and its lines before and after."""

    what: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def gone(self) -> tuple[str, ...]:
        """The lines that would be removed."""
        return tuple(it for it in self.before if it not in self.after)

    @property
    def new(self) -> tuple[str, ...]:
        """The lines that would be added."""
        return tuple(it for it in self.after if it not in self.before)


def between(sp: ServiceProvider, described: SpDescription) -> list[Change]:
    """Compare a service's row with a document. Raises UntakenMetadata if the document can never be applied."""
    if fault := _fault(sp, described):
        raise UntakenMetadata(fault, sentence=fault)
    before, after = _lines(_fields_of(sp)), _lines(_fields_of(sp) | _wanted(sp, described))
    found = [Change(LABELS[name], before[name], after[name]) for name in LABELS]
    found.append(Change(ACS, of_acs(_acs_of(sp)), of_acs(registration.numbered(described.acs))))
    if endpoints := usable(described.slo):
        found.append(Change(LOGOUT, of_logout(_slo_of(sp)), of_logout(endpoints)))
    return [it for it in found if set(it.before) != set(it.after)]


@transaction.atomic
def take(sp: ServiceProvider, described: SpDescription) -> list[Change]:
    """Apply a whole document to a service's row, and return the changes. Raises UntakenMetadata."""
    sp = ServiceProvider.objects.select_for_update(no_key=True).get(pk=sp.pk)
    changes = between(sp, described)
    for name, value in _wanted(sp, described).items():
        setattr(sp, name, value)
    try:
        sp.full_clean()
        sp.save()
        _take_acs(sp, registration.numbered(described.acs))
        if endpoints := usable(described.slo):
            sp.logout_endpoints.all().delete()
            for endpoint in endpoints:
                registration.add_logout_endpoint(sp, endpoint)
    except ValidationError as error:
        sentence = " ".join(error.messages)
        raise UntakenMetadata(sentence, sentence=sentence) from error
    return changes


def _fault(sp: ServiceProvider, described: SpDescription) -> str:
    if described.entity_id != sp.entity_id:
        return f"This metadata is of {described.entity_id}, not of {sp.entity_id}."
    if sp.encrypt and described.objections:
        return described.objections[0]
    for certificate in (*described.signing_certificates, *described.encryption_certificates):
        if fault := certificates.fault(certificate):
            return fault
    return ""


def _fields_of(sp: ServiceProvider) -> dict[str, str]:
    return {name: getattr(sp, name) for name in LABELS}


def _wanted(sp: ServiceProvider, described: SpDescription) -> dict[str, Any]:
    """Return the fields that the document states, with its values."""
    draft = registration.Draft.of_metadata(described)
    wanted: dict[str, Any] = {}
    if draft.certificates:
        wanted["certificates"] = "".join(draft.certificates)
    if draft.encryption_certificates:
        wanted["encryption_certificates"] = "".join(draft.encryption_certificates)
    if draft.signs_requests and sp.request_signature == RequestSignature.VERIFY:
        wanted["request_signature"] = RequestSignature.REQUIRE.value
    if described.want_assertions_signed and sp.sign == Sign.RESPONSE:
        wanted["sign"] = Sign.BOTH.value
    return wanted | _algorithms(sp, described) | _name_id(sp, described)


def _algorithms(sp: ServiceProvider, described: SpDescription) -> dict[str, str]:
    """Return our first algorithm that the document declares, unless it declares the present one."""
    declared = {
        "signature_algorithm": described.signature_algorithms,
        "encryption_algorithm": described.encryption_algorithms,
        "key_transport": registration.transports_of(described),
    }
    return {name: offered[0] for name, offered in declared.items() if offered and getattr(sp, name) not in offered}


def _name_id(sp: ServiceProvider, described: SpDescription) -> dict[str, str]:
    """Return the first supported format that the document names, unless it names the present one."""
    offered = [it for it in described.name_id_formats if it in registration.NAME_ID_FORMATS]
    present = sp.expects
    if not offered or present.name_id_format in offered or not present.format_as_asked:
        return {}
    return {"name_id_format": offered[0]}


def _lines(fields: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {name: metadata_words.of_field(name, value) for name, value in fields.items()}


def _acs_of(sp: ServiceProvider) -> tuple[AcsDescription, ...]:
    return tuple(AcsDescription(it.url, it.index, it.is_default) for it in sp.consumers.all())


def _slo_of(sp: ServiceProvider) -> tuple[Endpoint, ...]:
    rows = sp.logout_endpoints.all()
    return tuple(Endpoint(it.binding, it.location, it.response_location or None) for it in rows)


def _take_acs(sp: ServiceProvider, wanted: tuple[AcsDescription, ...]) -> None:
    """Replace the rows of addresses that differ, and leave the others."""
    rows = {(it.url, it.index, it.is_default): it for it in sp.consumers.all()}
    keys = [(it.url, it.index, it.is_default) for it in wanted]
    sp.consumers.filter(pk__in=[row.pk for key, row in rows.items() if key not in keys]).delete()
    for url, index, is_default in keys:
        if (url, index, is_default) not in rows:
            row = AssertionConsumer(service_provider=sp, url=url, index=index or 0, is_default=is_default)
            row.full_clean()
            row.save()
