"""Our own metadata, made up."""

from idp.saml import names
from idp.saml.metadata.idp_description import Contact, IdpDescription
from tests.saml.keys import a_pair
from tests.saml.messages import SSO_URL

IDP = "https://idp.example.org/saml/metadata"


def an_idp(**changes):
    facts = {
        "entity_id": IDP,
        "sso_url": SSO_URL,
        "certificates": (a_pair("idp").certificate, a_pair("next").certificate),
        "name": "Latchkey <&> Söhne",
        "url": "https://idp.example.org/",
        "name_id_formats": (names.UNSPECIFIED, names.PERSISTENT),
        **changes,
    }
    return IdpDescription(**facts)


FULL = {
    "error_url": "https://idp.example.org/help",
    "logo_url": "https://idp.example.org/logo.png",
    "slo_url": "https://idp.example.org/saml/slo",
    "technical_contact": Contact("Ops", "ops@example.org"),
}
