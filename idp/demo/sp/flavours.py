"""The services that the demo SP plays: Flex, in the two ways it requests sign-ins, and another kind of service."""

from dataclasses import dataclass
from typing import Any

from idp.keys.certificates import KeyPair

ACCOUNT_SID = "AC" + "d" * 32
CONNECTION = "JQ" + "e" * 32
BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:"
NAME_ID_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"  # noqa: S105 - a class of SAML, not a password


@dataclass(frozen=True, slots=True)
class Flavour:
    """One service: the path of its pages, its entity ID, and where it accepts Responses.

    One with a key signs its requests, asks for encrypted Assertions, publishes metadata and supports single logout.
    `unsolicited` says whether it accepts Responses without a request.
    """

    slug: str
    title: str
    home: str
    entity_id: str
    acs_path: str
    acs_query: str = ""
    name_id_format: str = f"{NAME_ID_FORMAT}unspecified"
    requested_context: tuple[str, ...] = ()
    relay_state: str = "demo"
    plays: str = "This plays Twilio Flex."
    has_key: bool = False
    unsolicited: bool = False

    @property
    def slo_path(self) -> str:
        """Return the path that accepts logout messages, for a service with a key."""
        return f"{self.home}slo"

    @property
    def metadata_path(self) -> str:
        """Return the path that publishes the metadata of a service with a key."""
        return f"{self.home}metadata"

    def acs_url(self, url: str) -> str:
        """Return the address that accepts Responses, including its query string."""
        return f"{url}{self.acs_path}{self.acs_query}"

    def settings(self, url: str, idp: dict[str, Any], key: KeyPair) -> dict[str, Any]:
        """Return python3-saml's settings: strict, both signatures required, nothing deprecated."""
        own = self._of_key(url, key) if self.has_key else {}
        return {
            "strict": True,
            "sp": {
                "entityId": self.entity_id,
                "assertionConsumerService": {"url": self.acs_url(url), "binding": f"{BINDING}HTTP-POST"},
                "NameIDFormat": self.name_id_format,
                **own,
            },
            "idp": idp,
            "security": {
                "wantMessagesSigned": True,
                "wantAssertionsSigned": True,
                "wantNameId": True,
                "wantAttributeStatement": not self.has_key,
                "wantAssertionsEncrypted": self.has_key,
                "authnRequestsSigned": self.has_key,
                "logoutRequestSigned": self.has_key,
                "logoutResponseSigned": self.has_key,
                "signatureAlgorithm": RSA_SHA256,
                "digestAlgorithm": SHA256,
                "rejectDeprecatedAlgorithm": True,
                "requestedAuthnContext": list(self.requested_context) or False,
                "requestedAuthnContextComparison": "exact",
            },
        }

    def _of_key(self, url: str, key: KeyPair) -> dict[str, Any]:
        return {
            "x509cert": key.certificate,
            "privateKey": key.private_key,
            "singleLogoutService": {"url": f"{url}{self.slo_path}", "binding": f"{BINDING}HTTP-Redirect"},
        }


ENHANCED = Flavour(
    slug="flex",
    title="Flex",
    home="/",
    entity_id=f"urn:flex:{CONNECTION}",
    acs_path="/login/callback",
    acs_query=f"?connection={CONNECTION}",
    unsolicited=True,  # as with a Default Redirect URL in the Console
)
LEGACY = Flavour(
    slug="flex-legacy",
    title="Flex (legacy)",
    home="/legacy/",
    entity_id=f"https://iam.twilio.com/v1/Accounts/{ACCOUNT_SID}/saml2/metadata",
    acs_path=f"/legacy/v1/Accounts/{ACCOUNT_SID}/saml2",
    name_id_format=f"{NAME_ID_FORMAT}emailAddress",
    requested_context=(PASSWORD,),
    # Flex sends more than SAML's old limit of 80 bytes.
    relay_state="https://flex.twilio.com/agent-desktop/?state=" + "0123456789abcdef" * 6,
)
ROTA = Flavour(
    slug="rota",
    title="Rota",
    home="/app/",
    entity_id="https://rota.example/metadata",
    acs_path="/app/acs",
    name_id_format=PERSISTENT,
    relay_state="this week",
    plays="This plays an app that is not Flex. It was registered from its metadata, signs what it asks, "
    "has what it is told encrypted, can be opened from the identity provider, and signs out there too.",
    has_key=True,
    unsolicited=True,
)
FLEX = (LEGACY, ENHANCED)
FLAVOURS = (*FLEX, ROTA)
