"""The signing keys: each can be decrypted, fits its certificate, signs and verifies, and does not expire soon."""

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

import xmlsec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from idp.errors import IdpError
from idp.keys import certificates, keyring
from idp.keys.expiry import Ending
from idp.keys.keyring import KeyUnreadable
from idp.keys.models import SigningKey, State, Use
from idp.saml import names
from idp.saml.errors import UnusableKey
from idp.saml.signatures.signing import SamlKey, self_test
from idp.web.checkup.finding import Finding, fault, ok, warning

SUBJECT = "keys"
MOST_KEYS = 50
WAITS_AT_MOST = timedelta(days=30)
ALGORITHMS = {Use.SAML: names.RSA_SHA256, Use.SAML_EC: names.ECDSA_SHA256}
CHANGE_FIX = "Open Signing keys in the admin and change the key: prepare it, give it to every service, switch."
UNREADABLE_FIX = "Add the key that encrypted it to the end of LATCHKEY_KEY_ENCRYPTION_KEYS, after a comma."
UNUSABLE_FIX = "Restore the table of signing keys from a backup, or prepare a new key and switch to it."
LIBRARIES_FIX = "Reinstall the locked packages, so that lxml and xmlsec change together."


def check(now: datetime) -> list[Finding]:
    """Judge the signing libraries, every stored key, and when certificates expire."""
    ends = [dated(it) for it in keyring.endings(now)]
    return [libraries(xmlsec.get_libxml_version(), etree.LIBXML_VERSION), *stored(now), *ends]


def rows() -> list[SigningKey]:
    """Return the stored keys to judge, up to `MOST_KEYS`, the newest of each state first. One query."""
    return list(SigningKey.objects.order_by("use", "state", "-made_at")[:MOST_KEYS])


def stored(now: datetime, keys: list[SigningKey] | None = None) -> list[Finding]:
    """Judge whether each stored key can be used. `keys` saves the query if they are at hand."""
    keys = rows() if keys is None else keys
    found = list(itertools.chain.from_iterable(_of_key(row, now) for row in keys))
    return found or [ok(SUBJECT, _well(len(keys)))]


def libraries(of_xmlsec: tuple[int, ...], of_lxml: tuple[int, ...]) -> Finding:
    """Judge whether lxml and xmlsec use the same libxml2."""
    if of_xmlsec == of_lxml:
        return ok(SUBJECT, f"lxml and xmlsec share libxml2 {'.'.join(map(str, of_lxml))}.")
    return fault(SUBJECT, "lxml and xmlsec use two different versions of libxml2.", LIBRARIES_FIX)


def dated(ending: Ending) -> Finding:
    """Judge a certificate that expires soon, or has expired."""
    return (fault if ending.loud else warning)(SUBJECT, ending.sentence, CHANGE_FIX)


def begun(label: str, begins: datetime, now: datetime) -> Finding | None:
    """Judge whether a certificate is valid already."""
    if now >= begins:
        return None
    return fault(
        SUBJECT, f"The certificate of the {label} is valid only from {begins:%d %B %Y}.", "Check this computer's clock."
    )


def waiting(label: str, made_at: datetime, now: datetime) -> Finding | None:
    """Judge how long a prepared key has been waiting."""
    if now - made_at <= WAITS_AT_MOST:
        return None
    days = (now - made_at).days
    return warning(
        SUBJECT, f"The {label} has waited for {days} days.", "Switch to it: its certificate is running out unused."
    )


def _well(count: int) -> str:
    if not count:
        return "There is no key yet; the first request creates one."
    return f"{count} keys can be read, fit their certificates, sign and verify."


def _of_key(row: SigningKey, now: datetime) -> list[Finding]:
    label = f"{row.get_state_display()} key for {row.get_use_display()}"
    found = [_usable(row, label)]
    if row.state != State.RETIRED and row.certificate and found == [None]:
        found.append(begun(label, certificates.begins_at(row.certificate), now))
    if row.state == State.NEXT:
        found.append(waiting(label, row.made_at, now))
    return [it for it in found if it is not None]


def _usable(row: SigningKey, label: str) -> Finding | None:
    """Return why a key cannot sign, or None if it can.

    For a retired SAML key it is only a warning, since it signs nothing.
    """
    judged: Callable[[str, str, str], Finding] = fault
    if row.state == State.RETIRED and row.use != Use.TOKEN:
        judged = warning
    try:
        key = keyring.read(row)
        _try_out(key.private_key, key.certificate, Use(row.use))
    except KeyUnreadable:
        return judged(SUBJECT, f"The {label} cannot be decrypted.", UNREADABLE_FIX)
    except (IdpError, ValueError, TypeError, UnsupportedAlgorithm):
        return judged(SUBJECT, f"The {label} does not fit its certificate or cannot sign.", UNUSABLE_FIX)
    return None


@lru_cache(maxsize=MOST_KEYS)
def _try_out(private_key: str, certificate: str, use: Use) -> None:
    """Sign and verify with a key, once per process. Raises UnusableKey, ValueError or TypeError."""
    if use in ALGORITHMS:
        self_test(SamlKey.load(private_key, certificate, ALGORITHMS[use]))
        return
    key = load_pem_private_key(private_key.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise UnusableKey("wanted a key on the curve P-256 for tokens")
    probe = b"self-test"
    key.public_key().verify(key.sign(probe, ec.ECDSA(SHA256())), probe, ec.ECDSA(SHA256()))
