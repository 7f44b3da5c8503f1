"""The public address: whether it leads to this installation, and how long its certificate is valid."""

import socket
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from lxml import etree

from idp.conf import Conf
from idp.conf.addresses import LOOPBACK
from idp.keys.models import SigningKey, State, Use
from idp.saml import names
from idp.web.checkup import outside
from idp.web.checkup.finding import Finding, fault, ok, warning
from idp.web.checkup.outside import Answer, Unreachable

SUBJECT, HTTPS = "address", "HTTPS"
LONGEST_ENTITY_ID = 1024
METADATA = "application/samlmetadata+xml"
RENEW_WITHIN = timedelta(days=14)
NAME_FIX = "Add the host to the DNS, or correct LATCHKEY_BASE_URL."
UNREACHABLE_FIX = (
    "Start the server and the proxy before it. If this computer cannot reach its own public address, "
    "open it on a phone instead, and run the doctor with --offline."
)
ELSEWHERE_FIX = "Configure the proxy to forward this host to this installation, or correct LATCHKEY_BASE_URL."
TRUST_FIX = "Give the proxy a certificate for exactly this host that phones trust, with its intermediate certificates."
OTHER_KEYS_FIX = "Use the same DATABASE_URL for the server and this command, and point the proxy to that server."
_CERTIFICATE = f".//{{{names.METADATA}}}IDPSSODescriptor//{{{names.SIGNATURE}}}X509Certificate"


def check_locally(conf: Conf) -> list[Finding]:
    """Judge what the settings say about the address."""
    return [_entity_id(conf.saml_entity_id), _scheme(conf)]


def check_online(conf: Conf, now: datetime) -> list[Finding]:
    """Fetch the address as a browser would, and judge the answers."""
    if not _resolves(conf.host):
        return [fault(SUBJECT, f"The host {conf.host} has no address.", NAME_FIX)]
    try:
        alive = outside.get(f"{conf.base_url}/healthz")
        metadata = outside.get(f"{conf.base_url}/saml/metadata")
    except Unreachable as error:
        fix = TRUST_FIX if "certificate" in str(error) else UNREACHABLE_FIX
        return [fault(SUBJECT, f"{conf.base_url} cannot be reached from here: {error}.", fix)]
    return [
        answers(conf.base_url, alive),
        published(metadata, conf.saml_entity_id, _own_certificates()),
        *tls(alive, now),
    ]


def answers(base_url: str, alive: Answer) -> Finding:
    """Judge the answer of /healthz."""
    if alive.status == HTTPStatus.OK and alive.body == b"ok\n":
        return ok(SUBJECT, f"{base_url} can be reached from here, and a Latchkey answers.")
    return fault(SUBJECT, f"{base_url}/healthz answers {alive.status} instead of ok.", ELSEWHERE_FIX)


def published(metadata: Answer, entity_id: str, own: set[str]) -> Finding:
    """Judge whether the published metadata is this installation's.

    `own` are its certificates, in base64 as in metadata.
    """
    kind = metadata.headers.get("content-type", "").partition(";")[0].strip()
    if metadata.status != HTTPStatus.OK or kind != METADATA:
        answer = f"answers {metadata.status} as {kind or 'nothing'} instead of {METADATA}"
        return fault(SUBJECT, f"/saml/metadata {answer}.", ELSEWHERE_FIX)
    found = _read(metadata.body)
    if found is None or found.get("entityID") != entity_id:
        return fault(SUBJECT, "The metadata at our address has another entity ID than ours.", ELSEWHERE_FIX)
    shown = {"".join((it.text or "").split()) for it in found.iterfind(_CERTIFICATE)}
    if own and not own & shown:
        return fault(SUBJECT, "The metadata at our address shows none of our keys.", OTHER_KEYS_FIX)
    return ok(SUBJECT, "The metadata at our address is ours.")


def tls(alive: Answer, now: datetime) -> list[Finding]:
    """Judge how long the certificate of the address is valid. Returns no finding on plain HTTP."""
    if alive.certificate_ends is None:
        return []
    days = (alive.certificate_ends - now).days
    if alive.certificate_ends - now > RENEW_WITHIN:
        return [ok(HTTPS, f"The certificate of the address is trusted and valid for {days} more days.")]
    return [
        warning(
            HTTPS,
            f"The certificate of the address ends in {days} days.",
            "Renew it, and find out why that did not happen automatically.",
        )
    ]


def _entity_id(entity_id: str) -> Finding:
    if any(it.isspace() for it in entity_id) or len(entity_id) > LONGEST_ENTITY_ID or not urlsplit(entity_id).scheme:
        fix = "Set LATCHKEY_ENTITY_ID to a URI without spaces, or leave it empty. Then enter it at every service."
        return fault(SUBJECT, "LATCHKEY_ENTITY_ID is no URI of up to 1024 characters.", fix)
    return ok(SUBJECT, f"Services know us as {entity_id}.")


def _scheme(conf: Conf) -> Finding:
    if conf.https:
        return ok(HTTPS, f"Browsers reach us at {conf.base_url}, and cookies are bound to HTTPS.")
    if conf.host in LOOPBACK:
        return ok(HTTPS, "Plain HTTP, as the demo may on this computer.")
    fix = "This is fine for a try on your own phone. For anything else turn LATCHKEY_DEMO off and use HTTPS."
    return warning(HTTPS, f"Plain HTTP at {conf.host}: anyone on this network can read the traffic.", fix)


def _resolves(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None))
    except (OSError, UnicodeError):
        return False


def _own_certificates() -> set[str]:
    rows = SigningKey.objects.filter(use=Use.SAML, state=State.ACTIVE).values_list("certificate", flat=True)
    return {"".join(line for line in it.splitlines() if not line.startswith("-----")) for it in rows}


def _read(body: bytes) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return None
