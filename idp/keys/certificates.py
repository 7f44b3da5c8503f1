"""Creates key pairs and their certificates, and reads certificates. Pure: keys are PEM texts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

RSA_BITS = 3072
FEWEST_RSA_BITS = 2048
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
LIFETIME = timedelta(days=5 * 365)
BACKDATED = timedelta(days=1)  # so that no clock that is behind finds a certificate not valid yet


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key (PKCS#8, PEM) and, for SAML, the certificate that publishes its other half."""

    private_key: str
    certificate: str = ""


def make_saml_key(name: str, now: datetime) -> KeyPair:
    """Make an RSA key of 3072 bits and a self-signed certificate for it.

    Service providers only use the key in the certificate, so it names nothing but the installation.
    """
    return _with_certificate(rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS), name, now)


def make_saml_ec_key(name: str, now: datetime) -> KeyPair:
    """Make a P-256 key and a self-signed certificate for it, for service providers that take ECDSA."""
    return _with_certificate(ec.generate_private_key(ec.SECP256R1()), name, now)


def make_token_key() -> KeyPair:
    """Make a P-256 key for ES256 tokens."""
    return KeyPair(_pem(ec.generate_private_key(ec.SECP256R1())))


def _with_certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, name: str, now: datetime) -> KeyPair:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + LIFETIME)
        .sign(key, hashes.SHA256())
    )
    return KeyPair(_pem(key), certificate.public_bytes(Encoding.PEM).decode())


def split(text: str) -> list[str]:
    """Split a text with several PEM certificates into single ones."""
    return [f"{part.strip()}\n{_END}\n" for part in text.split(_END) if part.strip()]


def from_base64(encoded: str) -> str:
    """Return a certificate in PEM that XML holds as bare base64 (XML Signature 4.5). Does not read it."""
    return f"{_BEGIN}\n{encoded.strip()}\n{_END}\n"


def fault(certificate: str) -> str:
    """Return why a certificate from outside cannot be used to verify signatures, or an empty string.

    It may have expired, since it only carries the key.
    """
    if "PRIVATE KEY" in certificate:
        return "This holds a private key, which must never leave its owner. Paste the certificate only."
    try:
        key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm):
        return "This is not an X.509 certificate in PEM, from BEGIN CERTIFICATE to END CERTIFICATE."
    if can_verify(key):
        return ""
    if isinstance(key, rsa.RSAPublicKey):
        return f"An RSA key of {key.key_size} bits is too weak: {FEWEST_RSA_BITS} or more."
    return "Only RSA keys and those on the curves P-256, P-384 and P-521 can be used."


def can_verify(key: object) -> bool:
    """Tell whether signatures by a public key count: RSA of 2048 bits or more, or on one of the curves."""
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= FEWEST_RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, CURVES)


def plain(certificate: str) -> str:
    """Write a certificate without fault as PEM that holds it and nothing else."""
    return x509.load_pem_x509_certificate(certificate.encode()).public_bytes(Encoding.PEM).decode()


def fingerprint(certificate: str) -> str:
    """Return the SHA-256 fingerprint as pairs of hex digits, the way consoles show it."""
    digest = x509.load_pem_x509_certificate(certificate.encode()).fingerprint(hashes.SHA256())
    return digest.hex(":").upper()


def begins_at(certificate: str) -> datetime:
    """Return the first instant of a certificate."""
    return x509.load_pem_x509_certificate(certificate.encode()).not_valid_before_utc


def expires_at(certificate: str) -> datetime:
    """Return the last instant of a certificate."""
    return x509.load_pem_x509_certificate(certificate.encode()).not_valid_after_utc


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
