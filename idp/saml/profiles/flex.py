"""Twilio Flex, by enhanced and by legacy SSO: its addresses, its attributes, its names."""

import re
from dataclasses import dataclass

from idp.saml.names import EMAIL_ADDRESS, PERSISTENT, UNSPECIFIED
from idp.saml.profiles.profile import Profile
from idp.saml.trust import RequestedContextRule

_CONNECTION = re.compile(r"JQ[0-9a-fA-F]{32}", re.ASCII)
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}", re.ASCII)
_ENHANCED_ENTITY = re.compile(r"urn:flex:(JQ[0-9a-fA-F]{32})", re.ASCII)
_ENHANCED_ACS = re.compile(
    r"https://login\.flex\.([a-z0-9]+)\.twilio\.com/login/callback"
    r"\?connection=(JQ[0-9a-fA-F]{32})((?:&[^#\s]*)?)",
    re.ASCII,
)
_LEGACY_ENTITY = re.compile(r"https://iam\.twilio\.com/v1/Accounts/(AC[0-9a-fA-F]{32})/saml2/metadata", re.ASCII)
_LEGACY_ACS = re.compile(r"https://iam\.twilio\.com/v1/Accounts/(AC[0-9a-fA-F]{32})/saml2", re.ASCII)
_PREVIEW = re.compile(r"https://preview\.twilio\.com/iam/Accounts/(AC[0-9a-fA-F]{32})/saml2", re.ASCII)


@dataclass(frozen=True, slots=True)
class FlexAddress:
    """How one Flex account is addressed: `profile` is the slug of its preset."""

    profile: str
    entity_id: str
    acs_url: str


@dataclass(frozen=True, slots=True)
class Review:
    """What is wrong with an address, and what is merely unusual. Sentences for an operator."""

    fault: str = ""
    warnings: tuple[str, ...] = ()


def enhanced_address(connection: str) -> FlexAddress:
    """Derive the enhanced address of a connection (JQ and 32 hex digits). Raises ValueError."""
    if not _CONNECTION.fullmatch(connection):
        raise ValueError(f"not a connection of the form JQ and 32 hex digits: {connection!r}")
    acs_url = f"https://login.flex.us1.twilio.com/login/callback?connection={connection}"
    return FlexAddress(ENHANCED.slug, f"urn:flex:{connection}", acs_url)


def legacy_address(account_sid: str) -> FlexAddress:
    """Derive the legacy address of an account (AC and 32 hex digits). Raises ValueError."""
    if not _ACCOUNT.fullmatch(account_sid):
        raise ValueError(f"not an Account SID of the form AC and 32 hex digits: {account_sid!r}")
    acs_url = f"https://iam.twilio.com/v1/Accounts/{account_sid}/saml2"
    return FlexAddress(LEGACY.slug, f"{acs_url}/metadata", acs_url)


def derive(pasted: str) -> FlexAddress | None:
    """Derive the whole address from any one part of it, or None: Account SID, connection, entity ID or ACS.

    A pasted enhanced ACS is kept as it is, with its region and further parameters.
    """
    pasted = pasted.strip()
    if found := _ENHANCED_ACS.fullmatch(pasted):
        return FlexAddress(ENHANCED.slug, f"urn:flex:{found[2]}", pasted)
    if found := _ENHANCED_ENTITY.fullmatch(pasted):
        return enhanced_address(found[1])
    if found := _LEGACY_ENTITY.fullmatch(pasted) or _LEGACY_ACS.fullmatch(pasted):
        return legacy_address(found[1])
    if _PREVIEW.fullmatch(pasted):
        return FlexAddress(LEGACY.slug, pasted, pasted)
    if _CONNECTION.fullmatch(pasted):
        return enhanced_address(pasted)
    return legacy_address(pasted) if _ACCOUNT.fullmatch(pasted) else None


def review(address: FlexAddress) -> Review:
    """Judge an address as pasted. Letter case and query are kept and compared as they are."""
    if address.profile == ENHANCED.slug:
        return _review_enhanced(address)
    return _review_legacy(address)


def _review_enhanced(address: FlexAddress) -> Review:
    entity, acs = _ENHANCED_ENTITY.fullmatch(address.entity_id), _ENHANCED_ACS.fullmatch(address.acs_url)
    if entity is None:
        return Review("The entity ID is not urn:flex: followed by JQ and 32 hex digits.")
    if acs is None:
        return Review("The ACS URL is not the login callback of Flex with connection=JQ and 32 hex digits.")
    if entity[1] != acs[2]:
        return Review("Entity ID and ACS URL name different connections.")
    warnings = []
    if acs[1] != "us1":
        warnings.append(f"The region is {acs[1]}; so far only us1 is known.")
    if acs[3]:
        warnings.append("The ACS URL has further parameters; they are kept as pasted.")
    return Review(warnings=tuple(warnings))


def _review_legacy(address: FlexAddress) -> Review:
    if _PREVIEW.fullmatch(address.acs_url) and address.entity_id == address.acs_url:
        return Review(warnings=("preview.twilio.com is deprecated; use the iam.twilio.com address.",))
    entity, acs = _LEGACY_ENTITY.fullmatch(address.entity_id), _LEGACY_ACS.fullmatch(address.acs_url)
    if entity is None:
        return Review("The entity ID is not the iam.twilio.com address of an account ending in /saml2/metadata.")
    if acs is None:
        return Review("The ACS URL is not the iam.twilio.com address of an account ending in /saml2.")
    if entity[1] != acs[1]:
        return Review("Entity ID and ACS URL name different accounts.")
    return Review()


def flex_identity(name_id: str) -> str:
    """Return the identity that Flex makes of a NameID: all but letters and digits as `_` and two hex digits.

    Raises ValueError outside ASCII, where Flex's rule is unknown.
    """
    if not name_id.isascii():
        raise ValueError("only ASCII is known to work as a NameID at Flex")
    return "".join(it if it.isalnum() else f"_{ord(it):02X}" for it in name_id)


_FORMATS = (UNSPECIFIED, EMAIL_ADDRESS, PERSISTENT)

ENHANCED = Profile(
    slug="flex-enhanced",
    label="Twilio Flex, enhanced SSO",
    timeout_policy="enhanced",
    requested_context=RequestedContextRule.IGNORE,
    accepted_name_id_formats=_FORMATS,
    name_id_format=UNSPECIFIED,
)
LEGACY = Profile(
    slug="flex-legacy",
    label="Twilio Flex, legacy SSO",
    timeout_policy="legacy",
    requested_context=RequestedContextRule.IGNORE,
    accepted_name_id_formats=_FORMATS,
    name_id_format=UNSPECIFIED,
)
