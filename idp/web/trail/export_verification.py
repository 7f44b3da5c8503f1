"""Verifies an exported file of JSON lines on its own, without the database that it came from."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from idp.audit.chain import checkpoints
from idp.audit.chain.checkpoints import Checkpoint, Says, Unsigned
from idp.audit.chain.walk import Sealed, Verified
from idp.web.trail import exports

Keys = Mapping[str, PublicKeyTypes]


class NotATrail(ValueError):
    """The input is no file of the trail, or no set of keys."""


def keys_from(text: str) -> Keys:
    """Return the public keys of `/.well-known/jwks.json` (RFC 7517). Raises NotATrail."""
    try:
        return {str(it.key_id): it.key for it in jwt.PyJWKSet.from_dict(json.loads(text)).keys}
    except (jwt.PyJWTError, ValueError, AttributeError) as error:
        raise NotATrail(f"The keys do not read: {error}.") from None


def verify(file: Iterable[str], keys: Keys | None) -> Verified:
    """Verify a file line by line. Without keys, this installation's verify its checkpoint. Raises NotATrail.

    A file may hold only filtered events; then nothing is known of the others.
    """
    found, text_so_far, end = Verified(whole=False), hashlib.sha256(), ""
    try:
        for text, facts in exports.lines_of(file):
            if end:
                found.fault(found.last, "there is something after its end")
            if "checkpoint" in facts:
                end = str(facts["checkpoint"])
                continue
            text_so_far.update(text.encode())
            _step(found, facts)
    except (KeyError, TypeError, ValueError) as error:
        after = f"After position {found.last} the file cannot be read"
        raise NotATrail(f"{after} as one of export_audit --format jsonl: {error}.") from None
    _check_end(found, end, text_so_far.hexdigest(), keys)
    return found


def _step(found: Verified, facts: dict[str, Any]) -> None:
    line = exports.read_back(facts)
    if facts["position"] is None:
        found.unsealed += 1
        return
    position, before, digest, salts, marks = exports.sealed(facts)
    if not found.last:
        found.begin(position - 1, before)
    found.step(Sealed(position, digest, line, salts, marks, previous=before))


def _check_end(found: Verified, end: str, file: str, keys: Keys | None) -> None:
    if not end:
        found.fault(found.last, "its end is missing: the signed checkpoint in the last line")
        return
    try:
        signed = _read(end, keys)
    except Unsigned as error:
        found.fault(found.last, f"the checkpoint at its end: {error.why}")
        return
    if signed == Checkpoint(Says.EXPORTED, found.last, found.digest if found.last else b"", file):
        found.signed_to = found.last
    else:
        found.fault(
            found.last, "the checkpoint at its end was made for another file: a line was changed, added or lost"
        )


def _read(end: str, keys: Keys | None) -> Checkpoint:
    if keys is None:
        return checkpoints.read(end)
    try:
        kid = str(jwt.get_unverified_header(end).get("kid"))
    except jwt.PyJWTError:
        raise Unsigned("it cannot be read") from None
    if kid not in keys:
        raise Unsigned("it is signed by a key that is not among those that were given")
    return checkpoints.parse(end, keys[kid])
