"""Writes the long-lived token as a JWT, and verifies everything in it but the time. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt

ALGORITHM = "ES256"
TYPE = "latchkey-device+jwt"
MAX_LENGTH = 4096
DOTS = 2  # in the compact serialisation (RFC 7515 section 3.1)
KEY_ID = re.compile("[0-9a-f]{32}")  # as the keyring makes them; others are not looked up in the database
BROWSERS, APPS = "/login", "/api/v1/token"  # where tokens are accepted
REQUIRED = ["iss", "aud", "sub", "jti", "device", "iat", "exp"]


UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, AttributeError)  # what a foreign token may raise


@dataclass(frozen=True, slots=True)
class Claims:
    """The content of a token. It points at a row, and the row decides."""

    jti: UUID
    device: UUID
    agent: UUID
    issued_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues a token, and the path that accepts it. A token for one path is not accepted at another."""

    base_url: str
    path: str = BROWSERS

    @property
    def audience(self) -> str:
        """The address that accepts the token."""
        return f"{self.base_url}{self.path}"


def claims(*, jti: UUID, device: UUID, agent: UUID, issued_at: datetime, expires_at: datetime) -> Claims:
    """Return the claims for a row, with instants in whole seconds since 1970."""
    return Claims(jti, device, agent, int(issued_at.timestamp()), int(expires_at.timestamp()))


def write(content: Claims, *, issuer: Issuer, kid: str, private_key: Any) -> str:  # noqa: ANN401 - PyJWT's
    """Return the claims signed with ES256 (RFC 7518 section 3.4). The key may be loaded or in PEM."""
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


def key_id(token: str, kind: str = TYPE) -> str | None:
    """Return the key ID in a token's header, or None if it cannot be one of our tokens of that kind.

    Does not check the rest of the token; `read` does.
    """
    return _key_id(token.partition(".")[0], kind) if len(token) <= MAX_LENGTH and token.count(".") == DOTS else None


@lru_cache
def _key_id(header_segment: str, kind: str) -> str | None:
    """Return the key ID of a header. Cached, since all tokens of one key have the same header."""
    try:
        header = jwt.get_unverified_header(f"{header_segment}..")
    except (jwt.PyJWTError, UnicodeError):
        return None
    kid = header.get("kid")
    plain = header.keys() == {"alg", "kid", "typ"} and header["typ"] == kind and header["alg"] == ALGORITHM
    return kid if plain and isinstance(kid, str) and KEY_ID.fullmatch(kid) else None


def read(token: str, *, issuer: Issuer, public_key: object) -> Claims | None:
    """Return the claims of a token that this issuer signed for this path, or None.

    The time is not checked here, but against the row and our own clock.
    """
    try:
        payload = checked(token, issuer=issuer, required=REQUIRED, public_key=public_key)
        return Claims(
            jti=UUID(payload["jti"]),
            device=UUID(payload["device"]),
            agent=UUID(payload["sub"]),
            issued_at=whole(payload["iat"]),
            expires_at=whole(payload["exp"]),
        )
    except UNREADABLE:
        return None


def checked(token: str, *, issuer: Issuer, required: list[str], public_key: object) -> dict[str, Any]:
    """Return the verified content of a token of this issuer and path (RFC 8725 section 3). Raises UNREADABLE."""
    return jwt.decode(
        token,
        public_key,  # type: ignore[arg-type]  # PyJWT takes any of cryptography's public keys
        algorithms=[ALGORITHM],
        issuer=issuer.base_url,
        audience=issuer.audience,
        options={
            "require": required,
            "strict_aud": True,
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
        },
    )


def whole(value: object) -> int:
    """Return an instant of a token. Raises TypeError if it is not a whole number."""
    if type(value) is not int:
        raise TypeError("an instant is a whole number of seconds")
    return value
