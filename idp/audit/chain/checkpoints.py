"""Signed checkpoints. Each says that the chain of the trail had this digest at this position.

A digest alone proves little, since anyone who can write to the database can compute new ones. They cannot sign them:
the key that signs long-lived tokens is encrypted with a key that only the environment holds. A checkpoint is a JWT (RFC
7519), which anyone can verify with the published keys.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from django.conf import settings

from idp.keys import keyring
from idp.keys.models import SigningKey, Use

ALGORITHM = "ES256"
TYPE = "latchkey-trail+jwt"


class Says(StrEnum):
    """What a checkpoint says of its place: the chain reached it, the purge took all up to it, or a file ends there."""

    SEALED = "sealed"
    PURGED = "purged"
    EXPORTED = "exported"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A place of the chain; for a file, the SHA-256 of all its bytes before the checkpoint too."""

    says: Says
    position: int
    digest: bytes
    file: str = ""


class Unsigned(Exception):
    """What was shown is no checkpoint that this installation signed. `why` says it in words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def sign(checkpoint: Checkpoint, now: datetime) -> str:
    """Sign a checkpoint with the key that signs tokens now."""
    key = keyring.active(Use.TOKEN, now)
    claims = {
        "iss": settings.LATCHKEY.base_url,
        "sub": checkpoint.says.value,
        "iat": int(now.timestamp()),
        "position": checkpoint.position,
        "digest": checkpoint.digest.hex(),
        **({"file": checkpoint.file} if checkpoint.file else {}),
    }
    return jwt.encode(claims, key.private_key, algorithm=ALGORITHM, headers={"kid": key.kid, "typ": TYPE})


def read(signed: str) -> Checkpoint:
    """Read a checkpoint that this installation signed, however long ago. Raises Unsigned.

    A key counts only if its private half can be decrypted. So nobody can add a key by writing to the database.
    """
    try:
        kid = jwt.get_unverified_header(signed).get("kid")
        row = SigningKey.objects.filter(use=Use.TOKEN, kid=str(kid)).first()
        if row is None:
            raise Unsigned("it is signed by a key that is not here")
        return parse(signed, keyring.public_key(keyring.read(row)))
    except keyring.KeyUnreadable as error:
        raise Unsigned("its key does not open") from error
    except jwt.PyJWTError as error:
        raise Unsigned("its signature does not hold") from error


def parse(signed: str, key: PublicKeyTypes) -> Checkpoint:
    """Read a checkpoint that a key has signed. Raises Unsigned."""
    if not isinstance(key, EllipticCurvePublicKey):
        raise Unsigned("its key signs nothing of this kind")
    try:
        claims = jwt.decode(signed, key, algorithms=[ALGORITHM], options={"verify_iat": False, "require": ["sub"]})
        says, position, digest = Says(claims["sub"]), int(claims["position"]), bytes.fromhex(claims["digest"])
        if jwt.get_unverified_header(signed).get("typ") != TYPE:
            raise Unsigned("it is something else that was signed")
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        raise Unsigned("its signature does not hold") from error
    return Checkpoint(says, position, digest, str(claims.get("file", "")))
