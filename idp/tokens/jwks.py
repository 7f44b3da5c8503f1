"""The public keys of tokens, as a JSON Web Key Set (RFC 7517 section 5)."""

import json
from datetime import datetime
from typing import Any

from jwt.algorithms import ECAlgorithm

from idp.keys import keyring
from idp.keys.models import Use
from idp.tokens.claims import ALGORITHM


def key_set(now: datetime) -> dict[str, list[dict[str, Any]]]:
    """Return the token keys that are published now, the active one first."""
    return {"keys": [_public(keyring.read(row)) for row in keyring.published(Use.TOKEN, now)]}


def _public(key: keyring.Key) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(keyring.public_key(key)))  # type: ignore[arg-type]  # P-256 by making
    return {**content, "kid": key.kid, "use": "sig", "alg": ALGORITHM}
