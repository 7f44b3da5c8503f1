"""The keys of this installation: created on first use, decrypted once per process, published, and changed."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

import structlog
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from idp.errors import IdpError
from idp.keys import certificates, expiry
from idp.keys.certificates import KeyPair
from idp.keys.encryption import cipher
from idp.keys.expiry import Ending
from idp.keys.models import SigningKey, State, Use
from idp.values import value
from idp.versions import version
from idp.versions.cached import Cached

log = structlog.get_logger(__name__)

PUBLISHED_AFTER_RETIREMENT = timedelta(days=7)
"""For how long a retired key stays published."""


class KeyUnreadable(IdpError):
    """A private key was encrypted under a key that the environment no longer holds."""

    code = "key_unreadable"
    status = 503


@value
class Key:
    """A key ready for use; both halves are PEM."""

    kid: str
    private_key: str
    certificate: str


def active(use: Use, now: datetime) -> Key:
    """Return the key that signs now. Creates it if this installation has none yet."""
    row = next((it for it in _all() if it.use == use and it.state == State.ACTIVE), None)
    return _key(row or _make(use, now))


def following(use: Use, kid: str | None) -> Key | None:
    """Return the next key of a use if that is its id, else None."""
    if kid is None:
        return None
    row = next((it for it in _all() if it.kid == kid and it.use == use and it.state == State.NEXT), None)
    return _key(row) if row else None


def read(row: SigningKey) -> Key:
    """Return the key that a row holds. Raises KeyUnreadable."""
    return _key(row)


def ensure(now: datetime) -> None:
    """Create the keys that this installation still lacks, so that the first agent does not wait for them."""
    for use in (Use.SAML, Use.TOKEN):
        active(use, now)


def published(use: Use, now: datetime) -> list[SigningKey]:
    """Return the keys that are published now: the active one, the next, and those retired in the last days."""
    until = now - PUBLISHED_AFTER_RETIREMENT
    rows = [it for it in _all() if it.use == use and (it.retired_at is None or it.retired_at > until)]
    return sorted(sorted(rows, key=lambda it: it.made_at, reverse=True), key=lambda it: it.state)


def endings(now: datetime) -> list[Ending]:
    """Return warnings about certificates of active and next keys that expire within 60 days, or have expired."""
    return endings_of(SigningKey.objects.order_by("made_at"), now)


def endings_of(keys: Iterable[SigningKey], now: datetime) -> list[Ending]:
    """Say the same of keys that are at hand."""
    signing = (it for it in keys if it.state in (State.ACTIVE, State.NEXT) and it.certificate)
    found = (expiry.of(_certificate_name(it), certificates.expires_at(it.certificate), now) for it in signing)
    return [it for it in found if it is not None]


def find(use: Use, kid: str, *, retired_after: datetime) -> Key | None:
    """Return the key with that ID, or None if there is none or it was retired by that instant."""
    row = next((it for it in _all() if it.kid == kid and it.use == use), None)
    trusted = row is not None and (row.retired_at is None or row.retired_at > retired_after)
    return _key(row) if row and trusted else None


def hold(use: Use) -> None:
    """Lock the keys of a use until the commit, in order of ID. What is read afterwards is current.

    Runs inside the caller's transaction. Keys are never removed, so concurrent changes lock the same rows.
    """
    for kid in sorted(SigningKey.objects.filter(use=use).values_list("kid", flat=True)):
        SigningKey.objects.filter(kid=kid).update(made_at=F("made_at"))


def draw(use: Use, now: datetime) -> SigningKey:
    """Return a next key that is not saved: making an RSA key takes a while, and nothing should wait for it."""
    return _new(use, State.NEXT, now)


def activate_next(use: Use, now: datetime) -> None:
    """Let the next key sign, and retire the active one. Runs inside the caller's transaction."""
    keys = SigningKey.objects.filter(use=use)
    keys.filter(state=State.ACTIVE).update(state=State.RETIRED, retired_at=now)
    keys.filter(state=State.NEXT).update(state=State.ACTIVE)


def retire_next(use: Use, now: datetime) -> None:
    """Retire the next key unused. It stays published as long as any: an answer signed with it may be on its way."""
    SigningKey.objects.filter(use=use, state=State.NEXT).update(state=State.RETIRED, retired_at=now)


@Cached
def _all() -> tuple[SigningKey, ...]:
    """Return every key there ever was: a handful."""
    return tuple(SigningKey.objects.order_by())


def _make(use: Use, now: datetime) -> SigningKey:
    row = _new(use, State.ACTIVE, now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # another worker was first
        return SigningKey.objects.get(use=use, state=State.ACTIVE)
    finally:
        version.unpin()
    log.info("key_made", use=use.value, kid=row.kid)
    return row


def _new(use: Use, state: State, now: datetime) -> SigningKey:
    pair = _pair(use, f"{settings.LATCHKEY.organisation} SAML signing", now)
    return SigningKey(
        kid=secrets.token_hex(16),
        use=use,
        state=state,
        private_key=cipher().encrypt(pair.private_key.encode()).decode(),
        certificate=pair.certificate,
        made_at=now,
    )


def _pair(use: Use, name: str, now: datetime) -> KeyPair:
    match use:
        case Use.SAML:
            return certificates.make_saml_key(name, now)
        case Use.SAML_EC:
            return certificates.make_saml_ec_key(name, now)
    return certificates.make_token_key()


def _certificate_name(row: SigningKey) -> str:
    return f"The certificate of the {row.get_state_display()} key for {row.get_use_display()}"


def _key(row: SigningKey) -> Key:
    return Key(row.kid, _decrypt(row.private_key), row.certificate)


def private_key(key: Key) -> PrivateKeyTypes:
    """Return the half of a key that signs, loaded once."""
    return _loaded(key.private_key)


def public_key(key: Key) -> PublicKeyTypes:
    """Return the half of a key that checks what the other half signed."""
    return _loaded(key.private_key).public_key()


@lru_cache(maxsize=64)
def _loaded(private_key: str) -> PrivateKeyTypes:
    return load_pem_private_key(private_key.encode(), password=None)


@lru_cache(maxsize=64)
def _decrypt(encrypted: str) -> str:
    try:
        return cipher().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise KeyUnreadable("no key in LATCHKEY_KEY_ENCRYPTION_KEYS decrypts a signing key") from None
