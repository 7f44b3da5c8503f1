"""The form of a service in the admin, filled in."""

from idp.policies.models import TimeoutPolicy
from idp.saml import names

LIST = "/admin/saml/serviceprovider/"
CONNECTION = "JQ" + "2" * 32
FLEX_ACS = f"https://login.flex.us1.twilio.com/login/callback?connection={CONNECTION}"
ACS = "https://sp.example/acs"


def row(nth, url, *, index="", default=False, pk="", sp=""):
    fields = {"url": url, "index": index, "id": pk, "service_provider": sp}
    ticked = {"is_default": "on"} if default else {}
    return {f"consumers-{nth}-{name}": value for name, value in {**fields, **ticked}.items()}


def counted(prefix, rows, known):
    numbered = {name.split("-")[1] for part in rows for name in part if name.startswith(f"{prefix}-")}
    return {f"{prefix}-TOTAL_FORMS": len(numbered), f"{prefix}-INITIAL_FORMS": known}


def filled(*rows, known=0, told=0, **fields):
    """The form of a new general service, as a browser sends it."""
    service = {
        "name": "Wiki",
        "slug": "wiki",
        "enabled": "on",
        "profile": "generic",
        "timeout_policy": TimeoutPolicy.objects.get(name="legacy").pk,
        "entity_id": "https://sp.example/metadata",
        "certificates": "",
        "request_signature": "verify",
        "requested_context": "honour",
        "sign": "both",
        "signature_algorithm": names.RSA_SHA256,
        "encryption_certificates": "",
        "encryption_algorithm": names.AES256_GCM,
        "key_transport": "mgf1p",
        "name_id_format": "",
        "code_context": "",
        "token_context": "",
        "logout_ends": "phone",
    }
    if not any("consumers-0-url" in it for it in rows):
        rows = (row(0, ACS, default=True), *rows)
    counts = counted("consumers", rows, known) | counted("released", rows, told) | counted("logout_endpoints", rows, 0)
    return {name: value for part in (service, counts, *rows, fields) for name, value in part.items()}


def add(admin, *rows, **fields):
    return admin.post(f"{LIST}add/", filled(*rows, **fields), follow=True)


FLEX = {"profile": "flex-enhanced", "entity_id": f"urn:flex:{CONNECTION}"}
