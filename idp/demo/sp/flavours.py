"""The two forms in which Flex asks for sign-ins, as the demo SP plays them."""

from dataclasses import dataclass
from typing import Any

ACCOUNT_SID = "AC" + "d" * 32
CONNECTION = "JQ" + "e" * 32
BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:"
NAME_ID_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"  # noqa: S105 - a class of SAML, not a password


@dataclass(frozen=True, slots=True)
class Flavour:
    """One connection to Flex: where its pages are, what it calls itself, where it takes Responses."""

    slug: str
    title: str
    home: str
    entity_id: str
    acs_path: str
    acs_query: str = ""
    name_id_format: str = f"{NAME_ID_FORMAT}unspecified"
    requested_context: tuple[str, ...] = ()
    relay_state: str = "demo"

    def acs_url(self, url: str) -> str:
        """Return the address that takes Responses, query string included."""
        return f"{url}{self.acs_path}{self.acs_query}"

    def settings(self, url: str, idp: dict[str, Any]) -> dict[str, Any]:
        """Return python3-saml's settings: strict, both signatures wanted, nothing deprecated."""
        return {
            "strict": True,
            "sp": {
                "entityId": self.entity_id,
                "assertionConsumerService": {"url": self.acs_url(url), "binding": f"{BINDING}HTTP-POST"},
                "NameIDFormat": self.name_id_format,
            },
            "idp": idp,
            "security": {
                "wantMessagesSigned": True,
                "wantAssertionsSigned": True,
                "wantNameId": True,
                "wantAttributeStatement": True,
                "rejectDeprecatedAlgorithm": True,
                "requestedAuthnContext": list(self.requested_context) or False,
                "requestedAuthnContextComparison": "exact",
            },
        }


ENHANCED = Flavour(
    slug="flex",
    title="Flex",
    home="/",
    entity_id=f"urn:flex:{CONNECTION}",
    acs_path="/login/callback",
    acs_query=f"?connection={CONNECTION}",
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
FLAVOURS = (LEGACY, ENHANCED)
