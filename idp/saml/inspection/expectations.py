"""What a service provider's row expects of a Response, as values for the checks."""

from collections.abc import Iterable
from datetime import datetime

from lxml import etree

from idp.keys import certificates
from idp.keys.models import SigningKey, Use
from idp.saml import names
from idp.saml.attributes.release_list import rules_of
from idp.saml.inspection.checks import Wanted
from idp.saml.metadata import published
from idp.saml.models import IssuedAssertion, ServiceProvider
from idp.saml.signatures.signing import Sign

_KEY = f".//{{{names.METADATA}}}IDPSSODescriptor/{{{names.METADATA}}}KeyDescriptor"
_CERTIFICATE = f".//{{{names.SIGNATURE}}}X509Certificate"


def of_past(issued: IssuedAssertion) -> Wanted:
    """Return what a sent Response must be: by today's settings, but signed by any key that Latchkey ever used."""
    keys = SigningKey.objects.filter(use__in=(Use.SAML, Use.SAML_EC)).order_by("state", "-made_at")
    known = map(certificates.fingerprint, keys.values_list("certificate", flat=True))
    return _wanted(issued.service_provider, issued.request_id, issued.issued_at, known)


def of_now(sp: ServiceProvider, request_id: str | None, now: datetime) -> Wanted:
    """Return what a Response made now must be, signed by a key that our metadata publishes."""
    return _wanted(sp, request_id, now, published_fingerprints(published.metadata_document(now)))


def published_fingerprints(metadata: bytes) -> tuple[str, ...]:
    """Return the fingerprints of the certificates that our own metadata publishes for signing."""
    keys = etree.fromstring(metadata).iterfind(_KEY)
    encoded = [it.findtext(_CERTIFICATE, "") for it in keys if it.get("use") != "encryption"]
    return tuple(certificates.fingerprint(certificates.from_base64(it)) for it in encoded)


def _wanted(sp: ServiceProvider, request_id: str | None, at: datetime, known: Iterable[str]) -> Wanted:
    profile = sp.expects
    asked_for = profile.accepted_name_id_formats if profile.format_as_asked else ()
    return Wanted(
        issuer=published.entity_id(),
        entity_id=sp.entity_id,
        acs_urls=tuple(it.url for it in sp.consumers.all()),
        request_id=request_id,
        name_id_formats=tuple(dict.fromkeys((profile.name_id_format, *asked_for))),
        sign=Sign(sp.sign),
        algorithm=sp.signature_algorithm,
        certificates=tuple(known),
        rules=rules_of(sp.profile),
        encrypt=sp.encrypt,
        at=at,
    )
