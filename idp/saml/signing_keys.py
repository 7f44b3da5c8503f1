"""Which of our keys signs for which service provider."""

from datetime import datetime
from functools import lru_cache

from idp.keys import keyring
from idp.keys.keyring import Key
from idp.keys.models import Use
from idp.saml import names
from idp.saml.models import ServiceProvider
from idp.saml.signatures.signing import SamlKey, self_test
from idp.versions.cached import Cached


def key_for(sp: ServiceProvider, now: datetime) -> SamlKey:
    """Return the key that signs for a service provider: the active key, or the next key if the service was switched.

    Raises UnusableKey.
    """
    return _loaded(_chosen(sp.key_id, sp.signature_algorithm, now), sp.signature_algorithm)


def certificate_for(sp: ServiceProvider, now: datetime) -> str:
    """Return the certificate, in PEM, that a service provider needs to verify what it receives now."""
    return _chosen(sp.key_id, sp.signature_algorithm, now).certificate


def use_for(algorithm: str) -> Use:
    """Return the use of keys for a signature algorithm."""
    return Use.SAML_EC if algorithm == names.ECDSA_SHA256 else Use.SAML


def own_key(now: datetime) -> SamlKey:
    """Return the active RSA key, for documents that are for no particular service. Raises UnusableKey."""
    return _loaded(keyring.active(Use.SAML, now), names.RSA_SHA256)


def ensure(now: datetime) -> None:
    """Create missing keys for all chosen algorithms, so that each is published before it signs."""
    keyring.ensure(now)
    for algorithm in _chosen_algorithms():
        keyring.active(use_for(algorithm), now)


@Cached
def _chosen_algorithms() -> tuple[str, ...]:
    enabled = ServiceProvider.objects.filter(enabled=True).order_by()
    return tuple(enabled.values_list("signature_algorithm", flat=True).distinct())


def try_out(now: datetime) -> None:
    """Sign and verify with every key that signs now. Raises UnusableKey, KeyUnreadable.

    Each process tests a key only once, so this is cheap.
    """
    own_key(now)
    enabled = ServiceProvider.objects.filter(enabled=True).order_by()
    for kid, algorithm in enabled.values_list("key_id", "signature_algorithm").distinct():
        _loaded(_chosen(kid, algorithm, now), algorithm)


def try_out_next(use: Use, kid: str | None) -> None:
    """Sign and verify with the next key, before any service is switched to it. Raises UnusableKey, KeyUnreadable."""
    key = keyring.following(use, kid)
    if key is not None:
        _loaded(key, names.ECDSA_SHA256 if use == Use.SAML_EC else names.RSA_SHA256)


def _chosen(kid: str | None, algorithm: str, now: datetime) -> Key:
    use = use_for(algorithm)
    # A key of another use, or one that is no longer next, is what an earlier change or choice left behind.
    return keyring.following(use, kid) or keyring.active(use, now)


def _loaded(key: Key, algorithm: str) -> SamlKey:
    return _load(key.private_key, key.certificate, algorithm)


@lru_cache(maxsize=16)
def _load(private_key: str, certificate: str, algorithm: str) -> SamlKey:
    """Load a key and test it, once per process."""
    key = SamlKey.load(private_key, certificate, algorithm)
    self_test(key)
    return key
