"""Which key signs what goes to whom."""

from datetime import datetime
from functools import lru_cache

from idp.keys import keyring
from idp.keys.models import Use
from idp.saml import names
from idp.saml.models import ServiceProvider
from idp.saml.signing import SamlKey, self_test


def key_for(sp: ServiceProvider, now: datetime) -> SamlKey:
    """Return the key for what goes to a service provider: the active one, or the one it was switched to.

    Raises UnusableKey.
    """
    key = keyring.of_kid(sp.key_id) if sp.key_id else keyring.active(use_of(sp), now)
    return _load(key.private_key, key.certificate, sp.signature_algorithm)


def use_of(sp: ServiceProvider) -> Use:
    """Return the kind of key that a service provider's signature algorithm takes."""
    return Use.SAML_EC if sp.signature_algorithm == names.ECDSA_SHA256 else Use.SAML


def own_key(now: datetime) -> SamlKey:
    """Return the active RSA key, for what goes to nobody in particular. Raises UnusableKey."""
    key = keyring.active(Use.SAML, now)
    return _load(key.private_key, key.certificate, names.RSA_SHA256)


@lru_cache(maxsize=16)
def _load(private_key: str, certificate: str, algorithm: str) -> SamlKey:
    """Load a key and try it out, once per process."""
    key = SamlKey.load(private_key, certificate, algorithm)
    self_test(key)
    return key
