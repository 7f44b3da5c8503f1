"""The long-lived token as a JWT: written, and read with every check but time. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import jwt

ALGORITHM = "ES256"
TYPE = "latchkey-device+jwt"
MAX_LENGTH = 4096
KEY_ID = re.compile("[0-9a-f]{32}")  # as the keyring makes them; nothing else reaches the database
REQUIRED = ["iss", "aud", "sub", "jti", "device", "iat", "exp"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: it points at a row, and the row decides."""

    jti: UUID
    device: UUID
    agent: UUID
    issued_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who writes tokens and for which door they are."""

    base_url: str

    @property
    def audience(self) -> str:
        """Browsers show their token at the login, and nowhere else."""
        return f"{self.base_url}/login"


def claims(*, jti: UUID, device: UUID, agent: UUID, issued_at: datetime, expires_at: datetime) -> Claims:
    """Build the claims from a row; instants become whole seconds since 1970."""
    return Claims(jti, device, agent, int(issued_at.timestamp()), int(expires_at.timestamp()))


def write(content: Claims, *, issuer: Issuer, kid: str, private_key: str) -> str:
    """Sign the claims with ES256 (RFC 7518 section 3.4)."""
    payload = {
        "iss": issuer.base_url,
        "aud": issuer.audience,
        "sub": str(content.agent),
        "jti": str(content.jti),
        "device": str(content.device),
        "iat": content.issued_at,
        "exp": content.expires_at,
    }
    return jwt.encode(payload, private_key, algorithm=ALGORITHM, headers={"kid": kid, "typ": TYPE})


def key_id(token: str) -> str | None:
    """Return the key id of a token's header, or None if this cannot be one of ours."""
    if len(token) > MAX_LENGTH:
        return None
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, UnicodeError):
        return None
    kid = header.get("kid")
    plain = header.keys() == {"alg", "kid", "typ"} and header["typ"] == TYPE and header["alg"] == ALGORITHM
    return kid if plain and isinstance(kid, str) and KEY_ID.fullmatch(kid) else None


def read(token: str, *, issuer: Issuer, public_key: object) -> Claims | None:
    """Return the claims of a token that this issuer signed for this door, or None.

    Time is not judged here but from the row, by our own clock (RFC 8725 section 3 for the rest).
    """
    try:
        payload = jwt.decode(
            token,
            public_key,  # type: ignore[arg-type]  # PyJWT takes any of cryptography's public keys
            algorithms=[ALGORITHM],
            issuer=issuer.base_url,
            audience=issuer.audience,
            options={
                "require": REQUIRED,
                "strict_aud": True,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        return Claims(
            jti=UUID(payload["jti"]),
            device=UUID(payload["device"]),
            agent=UUID(payload["sub"]),
            issued_at=_whole(payload["iat"]),
            expires_at=_whole(payload["exp"]),
        )
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        return None


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError("an instant is a whole number of seconds")
    return value
