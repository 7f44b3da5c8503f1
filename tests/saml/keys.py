"""Key pairs for tests, each made once a run."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Pair(NamedTuple):
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    private_pem: str
    certificate: str


@cache
def a_pair(name: str, *, bits: int = 2048, curve: bool | type[ec.EllipticCurve] = False, expired: bool = False) -> Pair:
    """Return the pair of that name, always the same one within a run. True means the curve P-256."""
    on = ec.SECP256R1 if curve is True else curve
    private = ec.generate_private_key(on()) if on else rsa.generate_private_key(65537, bits)
    start = datetime(2020, 1, 1, tzinfo=UTC) if expired else datetime(2026, 1, 1, tzinfo=UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30 if expired else 3650))
        .sign(private, hashes.SHA256())
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Pair(private, pem, certificate.public_bytes(Encoding.PEM).decode())
