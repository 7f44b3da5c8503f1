"""Twilio Flex, by enhanced and by legacy SSO: its addresses, its attributes, its names."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import count

from idp.saml.names import EMAIL_ADDRESS, PERSISTENT, UNSPECIFIED
from idp.saml.profiles.profile import Profile
from idp.saml.trust import RequestedContextRule

_CONNECTION = re.compile(r"JQ[0-9a-fA-F]{32}", re.ASCII)
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}", re.ASCII)
_ENHANCED_ENTITY = re.compile(r"urn:flex:(JQ[0-9a-fA-F]{32})", re.ASCII)
_ENHANCED_ACS = re.compile(
    r"https://login\.flex\.([a-z0-9]+)\.twilio\.com/login/callback"
    r"\?connection=(JQ[0-9a-fA-F]{32})((?:&[!$-\[\]-~]*)?)",  # printable ASCII without quote, hash and backslash
    re.ASCII,
)
_LEGACY_ENTITY = re.compile(r"https://iam\.twilio\.com/v1/Accounts/(AC[0-9a-fA-F]{32})/saml2/metadata", re.ASCII)
_LEGACY_ACS = re.compile(r"https://iam\.twilio\.com/v1/Accounts/(AC[0-9a-fA-F]{32})/saml2", re.ASCII)
_PREVIEW = re.compile(r"https://preview\.twilio\.com/iam/Accounts/(AC[0-9a-fA-F]{32})/saml2", re.ASCII)
_ID = re.compile(r"(?:JQ|AC)[0-9a-fA-F]{32}", re.ASCII)

MOST_PASTED = 3
_LONGEST_SHOWN = 60
_NOT_FLEX = "not an Account SID (AC…), a connection (JQ…), or an entity ID or ACS URL of Flex"


@dataclass(frozen=True, slots=True)
class FlexAddress:
    """The addresses of one Flex account. `profile` is the slug of its preset."""

    profile: str
    entity_id: str
    acs_url: str


@dataclass(frozen=True, slots=True)
class Review:
    """What is wrong with an address, and what is only unusual, in sentences for an operator."""

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


@dataclass(frozen=True, slots=True)
class Pasted:
    """What an operator pasted, understood: an address for each way of SSO that it names, and what is wrong with it."""

    enhanced: FlexAddress | None = None
    legacy: FlexAddress | None = None
    faults: tuple[str, ...] = ()

    @property
    def account_sid(self) -> str:
        """The Account SID that was pasted, by itself or within an address; else empty."""
        return account_id(self.legacy) if self.legacy else ""


def account_id(address: FlexAddress) -> str:
    """Return the connection (JQ…) or the Account SID (AC…) that an address is about; empty if it is none of Flex."""
    found = _ID.search(address.entity_id)
    return found[0] if found else ""


def read(pasted: str) -> Pasted:
    """Read up to three pasted values, one per line, which may say more together than each alone.

    An ACS or entity ID as pasted counts more than the one that would be derived from the others.
    """
    values = pasted.split()
    if len(values) > MOST_PASTED:
        return Pasted(faults=(f"Paste up to {MOST_PASTED} values; there are {len(values)}.",))
    addresses = {value: derive(value) for value in values}
    faults = [f"{_shown(value)} is {_NOT_FLEX}." for value, address in addresses.items() if address is None]
    found: dict[str, FlexAddress | None] = {}
    for profile in PROFILES_OF_FLEX:
        own = {value: it for value, it in addresses.items() if it and it.profile == profile}
        found[profile] = _together(own)
        if own and found[profile] is None:
            faults.append(f"These values do not belong together: {', '.join(map(_shown, own))}.")
    return Pasted(found[ENHANCED.slug], found[LEGACY.slug], tuple(faults))


def _together(pasted: Mapping[str, FlexAddress]) -> FlexAddress | None:
    """Return the one address that all these values are parts of, or None."""
    if len({account_id(it) for it in pasted.values()}) != 1:
        return None
    explicit = {it for value, it in pasted.items() if value in (it.acs_url, it.entity_id)}
    chosen = [it for it in explicit if derive(account_id(it)) != it] or [*explicit, *pasted.values()]
    return chosen[0] if len(set(chosen)) == 1 else None


def _shown(value: str) -> str:
    return f"“{value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + '…'}”"


def suggest(profile: str, taken: Collection[str]) -> tuple[str, str]:
    """Suggest a short name that is not taken, and a name for agents to read, for a new connection."""
    slug, name = ("flex", "Flex") if profile == ENHANCED.slug else ("flex-legacy", "Flex (legacy)")
    if slug not in taken:
        return slug, name
    number = next(it for it in count(2) if f"{slug}-{it}" not in taken)
    return f"{slug}-{number}", f"{name} {number}"


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
    """Return Flex's identity for a NameID: everything but letters and digits becomes `_` and two hex digits.

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
PROFILES_OF_FLEX = (ENHANCED.slug, LEGACY.slug)
