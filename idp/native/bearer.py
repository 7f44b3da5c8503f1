"""The caller of the API: the device or back end of an access token, in its current state in the database."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.conf import settings

from idp.agents.models import Device
from idp.keys import keyring
from idp.keys.models import Use
from idp.login import app_sign_in
from idp.native import access_tokens, clients
from idp.native.access_tokens import Access
from idp.native.models import Client, ClientKind
from idp.tokens import claims


@dataclass(frozen=True, slots=True)
class Bearer:
    """A client that is switched on, and its signed-in device, or None for a back end."""

    client: Client
    device: Device | None


def issue(client: Client, device: Device | None, now: datetime) -> str:
    """Return a new access token."""
    key = keyring.active(Use.TOKEN, now)
    return access_tokens.write(
        Access(client.client_id, device.agent_id if device else None, device.pk if device else None),
        jti=uuid4(),
        now=now,
        base_url=settings.LATCHKEY.base_url,
        kid=key.kid,
        private_key=keyring.private_key(key),
    )


def of(token: str, now: datetime) -> Bearer | None:
    """Return the owner of an access token. None if it is not valid, has expired, or its owner has lost access."""
    access = _access(token, now)
    client = clients.find(access.client_id) if access else None
    if access is None or client is None:
        return None
    if access.device is None:
        return Bearer(client, None) if client.kind == ClientKind.BACK_END else None
    device = app_sign_in.signed_in(access.device, client.client_id)
    return Bearer(client, device) if device is not None and device.agent_id == access.agent else None


def _access(token: str, now: datetime) -> Access | None:
    kid = claims.key_id(token, access_tokens.TYPE)
    key = keyring.find(Use.TOKEN, kid, retired_after=now - access_tokens.LIFETIME) if kid else None
    if key is None:
        return None
    public_key = keyring.public_key(key)
    return access_tokens.read(token, now=now, base_url=settings.LATCHKEY.base_url, public_key=public_key)
