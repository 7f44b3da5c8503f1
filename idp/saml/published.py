"""What this installation says of itself to service providers, built from settings and never from a request."""

from datetime import datetime

from django.conf import settings

from idp.keys import keyring
from idp.keys.models import State, Use
from idp.saml import metadata, names


def entity_id() -> str:
    """Return our entity ID, which SPs also call issuer."""
    return settings.LATCHKEY.saml_entity_id


def sso_url() -> str:
    """Return the one address at which AuthnRequests are taken; Destination must equal it."""
    return f"{settings.LATCHKEY.base_url}/saml/sso"


def certificates(now: datetime) -> tuple[str, ...]:
    """Return the certificates of our SAML keys in PEM: the active one, then the next. Makes missing keys."""
    keyring.ensure(now)
    return tuple(key.certificate for key in keyring.published(Use.SAML, State.ACTIVE, State.NEXT))


def metadata_document(now: datetime) -> bytes:
    """Build our metadata."""
    described = metadata.IdpDescription(
        entity_id=entity_id(),
        sso_url=sso_url(),
        certificates=certificates(now),
        name=settings.LATCHKEY.organisation,
        url=settings.LATCHKEY.base_url,
        name_id_formats=(names.UNSPECIFIED, names.PERSISTENT, names.TRANSIENT, names.EMAIL_ADDRESS),
        error_url=f"{settings.LATCHKEY.base_url}/",
    )
    return metadata.build(described)


def metadata_url() -> str:
    """Return the address of our metadata."""
    return f"{settings.LATCHKEY.base_url}/saml/metadata"
