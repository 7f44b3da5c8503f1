"""The long-lived token as a JWT: written, and read with every check but time. Pure."""

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
DOTS = 2  # of the compact form (RFC 7515 section 3.1)
KEY_ID = re.compile("[0-9a-f]{32}")  # as the keyring makes them; nothing else reaches the database
BROWSERS, APPS = "/login", "/api/v1/token"  # the doors at which tokens are shown
REQUIRED = ["iss", "aud", "sub", "jti", "device", "iat", "exp"]


UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, AttributeError)  # what a token of somebody else may raise


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
    """Who writes tokens and for which door they are: a token for one door opens no other."""

    base_url: str
    door: str = BROWSERS

    @property
    def audience(self) -> str:
        """The address at which the token is shown, and nowhere else."""
        return f"{self.base_url}{self.door}"


def claims(*, jti: UUID, device: UUID, agent: UUID, issued_at: datetime, expires_at: datetime) -> Claims:
    """Build the claims from a row; instants become whole seconds since 1970."""
    return Claims(jti, device, agent, int(issued_at.timestamp()), int(expires_at.timestamp()))


def write(content: Claims, *, issuer: Issuer, kid: str, private_key: Any) -> str:  # noqa: ANN401 - PyJWT's
    """Sign the claims with ES256 (RFC 7518 section 3.4), by a key that is loaded or a PEM text."""
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
    """Return the key id of a token's header, or None if this cannot be one of ours of that kind.

    The rest of the token is for `read`, which checks it all.
    """
    return _key_id(token.partition(".")[0], kind) if len(token) <= MAX_LENGTH and token.count(".") == DOTS else None


@lru_cache
def _key_id(header_segment: str, kind: str) -> str | None:
    """Read a header; all tokens of one key have the same."""
    try:
        header = jwt.get_unverified_header(f"{header_segment}..")
    except (jwt.PyJWTError, UnicodeError):
        return None
    kid = header.get("kid")
    plain = header.keys() == {"alg", "kid", "typ"} and header["typ"] == kind and header["alg"] == ALGORITHM
    return kid if plain and isinstance(kid, str) and KEY_ID.fullmatch(kid) else None


def read(token: str, *, issuer: Issuer, public_key: object) -> Claims | None:
    """Return the claims of a token that this issuer signed for this door, or None.

    Time is not judged here but from the row, by our own clock.
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
    """Return what a token says that this issuer signed for this door (RFC 8725 section 3). Raises UNREADABLE."""
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
    """Return an instant of a token. Raises TypeError for one that is no whole number."""
    if type(value) is not int:
        raise TypeError("an instant is a whole number of seconds")
    return value
