"""Access tokens, with which an app or a back end calls the API: JWTs (RFC 9068). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from idp.tokens import claims
from idp.tokens.claims import Issuer

TYPE = "at+jwt"
API = "/api/v1"
LIFETIME = timedelta(minutes=15)
REQUIRED = ["iss", "aud", "sub", "jti", "client_id", "iat", "exp"]


@dataclass(frozen=True, slots=True)
class Access:
    """Whom a token was issued to. A back end has no device, and is its own subject (RFC 9068 section 2.2)."""

    client_id: str
    agent: UUID | None
    device: UUID | None


def write(
    content: Access,
    *,
    jti: UUID,
    now: datetime,
    base_url: str,
    kid: str,
    private_key: Any,  # noqa: ANN401 - PyJWT's
) -> str:
    """Return a signed token that expires after 15 minutes."""
    issuer = Issuer(base_url, API)
    payload = {
        "iss": issuer.base_url,
        "aud": issuer.audience,
        "sub": str(content.agent or content.client_id),
        "client_id": content.client_id,
        "jti": str(jti),
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
        **({"device": str(content.device)} if content.device else {}),
    }
    return jwt.encode(payload, private_key, algorithm=claims.ALGORITHM, headers={"kid": kid, "typ": TYPE})


def read(token: str, *, now: datetime, base_url: str, public_key: object) -> Access | None:
    """Return the content of a token that Latchkey signed for the API and that has not expired, or None."""
    try:
        payload = claims.checked(token, issuer=Issuer(base_url, API), required=REQUIRED, public_key=public_key)
        if now.timestamp() >= claims.whole(payload["exp"]):
            return None
        client_id, device = payload["client_id"], payload.get("device")
        if not isinstance(client_id, str):
            return None
        if device is None:
            return Access(client_id, None, None) if payload["sub"] == client_id else None
        return Access(client_id, UUID(payload["sub"]), UUID(device))
    except claims.UNREADABLE:
        return None
