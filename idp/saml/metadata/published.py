"""What this installation publishes about itself, from settings, never from a request."""

from datetime import datetime, timedelta

from django.conf import settings

from idp.keys import keyring
from idp.keys.models import Use
from idp.saml import names, signing_keys
from idp.saml.metadata import idp_description

SIGNED_DAYS = 14


def entity_id() -> str:
    """Return our entity ID, which SPs also call issuer."""
    return settings.LATCHKEY.saml_entity_id


def sso_url() -> str:
    """Return the only address that accepts AuthnRequests. Their Destination must equal it."""
    return f"{settings.LATCHKEY.base_url}/saml/sso"


def slo_url() -> str:
    """Return the only address that accepts logout messages."""
    return f"{settings.LATCHKEY.base_url}/saml/slo"


def certificates(now: datetime) -> tuple[str, ...]:
    """Return the certificates of our SAML keys in PEM: RSA first; active, next, just retired. Creates missing keys."""
    signing_keys.ensure(now)
    return tuple(key.certificate for use in (Use.SAML, Use.SAML_EC) for key in keyring.published(use, now))


def metadata_document(now: datetime) -> bytes:
    """Build our metadata."""
    return idp_description.build(_described(now))


def signed_metadata(now: datetime, days: int = SIGNED_DAYS) -> bytes:
    """Build our metadata, valid for that many days and signed by our active RSA key. Raises UnusableKey."""
    return idp_description.build_signed(_described(now), signing_keys.own_key(now), now + timedelta(days=days))


def _described(now: datetime) -> idp_description.IdpDescription:
    conf = settings.LATCHKEY
    return idp_description.IdpDescription(
        entity_id=entity_id(),
        sso_url=sso_url(),
        slo_url=slo_url(),
        certificates=certificates(now),
        name=conf.organisation,
        url=conf.base_url,
        name_id_formats=(names.UNSPECIFIED, names.PERSISTENT, names.TRANSIENT, names.EMAIL_ADDRESS),
        error_url=f"{conf.base_url}/",
        logo_url=conf.logo or None,
        technical_contact=idp_description.Contact(conf.organisation, conf.contact) if conf.contact else None,
    )


def metadata_url() -> str:
    """Return the address of our metadata."""
    return f"{settings.LATCHKEY.base_url}/saml/metadata"
