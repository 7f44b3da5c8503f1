"""The options with which a browser creates or uses a passkey, as JSON (WebAuthn Level 3, sections 5.4 and 5.5)."""

from datetime import datetime
from uuid import UUID

from webauthn import generate_authentication_options, generate_registration_options
from webauthn.helpers import options_to_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialHint,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from idp.agents.models import Device
from idp.passkeys import challenges, relying_party, verification
from idp.passkeys.models import Passkey, Purpose

TIMEOUT = 120_000  # milliseconds for the person to respond


def for_sign_in(flow: UUID, now: datetime) -> str | None:
    """Return the options to use any passkey for this installation. None if it cannot have passkeys."""
    rp = relying_party.from_settings()
    if rp is None:
        return None
    options = generate_authentication_options(
        rp_id=rp.id,
        challenge=challenges.ask(Purpose.SIGN_IN, flow, now),
        timeout=TIMEOUT,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def for_setup(device: Device, now: datetime) -> str | None:
    """Return the options to create a passkey for a device's agent. None if the installation cannot have passkeys.

    The passkey must be discoverable, so that nobody types a name, and require user verification. The authenticator must
    not have one of the agent's already. No attestation is requested.
    """
    rp, agent = relying_party.from_settings(), device.agent
    if rp is None:
        return None
    options = generate_registration_options(
        rp_id=rp.id,
        rp_name=rp.name,
        user_id=agent.pk.bytes,
        user_name=agent.email,
        user_display_name=str(agent),
        challenge=challenges.ask(Purpose.SET_UP, device.pk, now),
        timeout=TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_described(passkey) for passkey in Passkey.objects.of(agent)],
        supported_pub_key_algs=verification.ALGORITHMS,
        hints=[PublicKeyCredentialHint.CLIENT_DEVICE],
    )
    return options_to_json(options)


def _described(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    transports = [AuthenticatorTransport(it) for it in passkey.transports]
    return PublicKeyCredentialDescriptor(id=bytes(passkey.credential_id), transports=transports or None)
