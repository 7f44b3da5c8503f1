"""The keys of this installation: made on first need, decrypted once per process, published."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from idp.errors import IdpError
from idp.keys import certificates
from idp.keys.certificates import KeyPair
from idp.keys.models import SigningKey, State, Use

log = structlog.get_logger(__name__)


class KeyUnreadable(IdpError):
    """A private key was encrypted under a key that the environment no longer holds."""

    code = "key_unreadable"
    status = 503


@dataclass(frozen=True, slots=True)
class Key:
    """A key ready for use; both halves are PEM."""

    kid: str
    private_key: str
    certificate: str


def active(use: Use, now: datetime) -> Key:
    """Return the key that signs now, and make it if this installation has none yet."""
    row = SigningKey.objects.filter(use=use, state=State.ACTIVE).first() or _make(use, now)
    return _key(row)


def of_kid(kid: str) -> Key:
    """Return the key of that id, which must be there."""
    return _key(SigningKey.objects.get(kid=kid))


def ensure(now: datetime) -> None:
    """Make the keys that every installation needs and this one lacks, so that the first agent does not wait."""
    for use in (Use.SAML, Use.TOKEN):
        active(use, now)


def published(use: Use, *states: State) -> list[Key]:
    """Return the keys in these states (none named: every key that others may still meet), the active one first."""
    rows = SigningKey.objects.filter(use=use, state__in=states or State.values).order_by("state", "-made_at")
    return [_key(row) for row in rows]


def find(use: Use, kid: str, *, retired_after: datetime) -> Key | None:
    """Return the key of that id, or None; one that was retired at that instant or before proves nothing."""
    trusted = Q(retired_at__isnull=True) | Q(retired_at__gt=retired_after)
    row = SigningKey.objects.filter(trusted, use=use, kid=kid).first()
    return _key(row) if row else None


def _make(use: Use, now: datetime) -> SigningKey:
    row = _new(use, State.ACTIVE, now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # another worker was first
        return SigningKey.objects.get(use=use, state=State.ACTIVE)
    log.info("key_made", use=use.value, kid=row.kid)
    return row


def _new(use: Use, state: State, now: datetime) -> SigningKey:
    pair = _pair(use, f"{settings.LATCHKEY.organisation} SAML signing", now)
    return SigningKey(
        kid=secrets.token_hex(16),
        use=use,
        state=state,
        private_key=_cipher().encrypt(pair.private_key.encode()).decode(),
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


def _key(row: SigningKey) -> Key:
    return Key(row.kid, _decrypt(row.private_key), row.certificate)


@lru_cache(maxsize=64)
def _decrypt(encrypted: str) -> str:
    try:
        return _cipher().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise KeyUnreadable("no key in LATCHKEY_KEY_ENCRYPTION_KEYS decrypts a signing key") from None


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.LATCHKEY.fernet_keys])
