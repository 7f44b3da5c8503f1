"""Verifies what a browser returns after creating or using a passkey. Pure.

py_webauthn implements the protocol (WebAuthn Level 3, sections 7.1 and 7.2). This module adds size limits, the
signature count, the backup eligibility flag, and a refusal of other sites' frames.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import AuthenticationCredential, CredentialDeviceType

LONGEST = 16 * 1024
LONGEST_ID = 1023
ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
TRANSPORTS = ("internal", "hybrid", "usb", "nfc", "ble")
LONGEST_REASON = 120
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The relying party: the host that passkeys are bound to, the expected origin, and a name for people."""

    id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was proved. `why` is for operators only. `copied` means that two authenticators have the same key.

    `unreadable` means that no browser sends this.
    """

    why: str
    unreadable: bool = False
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Registered:
    """A new passkey, as its authenticator describes it."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    eligible: bool
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Presented:
    """A passkey that a browser claims to have used, and its claimed owner. Not verified."""

    credential_id: bytes
    user_handle: bytes | None
    credential: AuthenticationCredential


@dataclass(frozen=True, slots=True)
class Known:
    """The stored facts of a passkey."""

    public_key: bytes
    sign_count: int
    eligible: bool


@dataclass(frozen=True, slots=True)
class Used:
    """A passkey was used just now, with user verification. Both fields are its new values."""

    sign_count: int
    backed_up: bool


def check_new(text: str, challenge: bytes, rp: RelyingParty) -> Registered | Refused:
    """Verify a new passkey against the challenge."""
    return _guarded(text, lambda: _registered(text, challenge, rp))


def read(text: str) -> Presented | Refused:
    """Read which passkey a browser claims to have used."""
    return _guarded(text, lambda: _presented(text), unreadable=True)


def check_use(presented: Presented, known: Known, challenge: bytes, rp: RelyingParty) -> Used | Refused:
    """Verify the use of a known passkey against the challenge.

    The signature count is checked last, so only the key itself can show that it was copied. A key that is synchronised
    (`backed_up`) need not count (WebAuthn Level 3, section 6.1.1).
    """
    return _guarded("", lambda: _used(presented, known, challenge, rp))


def _guarded(text: str, step: Callable[[], Outcome], *, unreadable: bool = False) -> Outcome | Refused:
    if len(text) > LONGEST:
        return Refused(f"{len(text)} characters", unreadable=True)
    try:
        return step()
    except Exception as error:  # noqa: BLE001 - any error of the library means that nothing was proved
        return Refused(_reason(error), unreadable=unreadable)


def _registered(text: str, challenge: bytes, rp: RelyingParty) -> Registered | Refused:
    credential = parse_registration_credential_json(text)
    found = verify_registration_response(
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=rp.id,
        expected_origin=rp.origin,
        require_user_verification=True,
        supported_pub_key_algs=ALGORITHMS,
    )
    if _from_a_frame(credential.response.client_data_json):
        return Refused("requested from another site's frame")
    if found.credential_id != credential.raw_id or len(found.credential_id) > LONGEST_ID:
        return Refused("its id is not its own")
    named = {transport.value for transport in credential.response.transports or ()}
    return Registered(
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        transports=tuple(it for it in TRANSPORTS if it in named),
        eligible=found.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
        backed_up=found.credential_backed_up,
    )


def _presented(text: str) -> Presented:
    credential = parse_authentication_credential_json(text)
    return Presented(credential.raw_id, credential.response.user_handle, credential)


def _used(presented: Presented, known: Known, challenge: bytes, rp: RelyingParty) -> Used | Refused:
    found = verify_authentication_response(
        credential=presented.credential,
        expected_challenge=challenge,
        expected_rp_id=rp.id,
        expected_origin=rp.origin,
        credential_public_key=known.public_key,
        credential_current_sign_count=0,  # else py_webauthn checks it before the signature
        require_user_verification=True,
    )
    if _from_a_frame(presented.credential.response.client_data_json):
        return Refused("requested from another site's frame")
    if (found.credential_device_type == CredentialDeviceType.MULTI_DEVICE) is not known.eligible:
        return Refused("its kind has changed")
    counts = bool(found.new_sign_count or known.sign_count)
    if counts and found.new_sign_count <= known.sign_count and not found.credential_backed_up:
        return Refused(f"its count is {found.new_sign_count}, after {known.sign_count}", copied=True)
    return Used(max(found.new_sign_count, known.sign_count), found.credential_backed_up)


def _from_a_frame(client_data: bytes) -> bool:
    return bool(parse_client_data_json(client_data).cross_origin)


def _reason(error: Exception) -> str:
    """Return a short, printable reason, since it may quote what a stranger sent."""
    text = "".join(letter if letter.isprintable() else "?" for letter in f"{type(error).__name__}: {error}")
    return text[:LONGEST_REASON]
