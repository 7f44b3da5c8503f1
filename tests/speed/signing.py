"""The signer alone: it builds, signs and serialises Response and Assertion. Compared with two raw signatures."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.speed.comparisons import Comparison
from tests.speed.place import ACS, ENTITY, NOW, put_key

REQUIRED, GOAL = 2.6, 1.1
SIZES = (
    (2048, "signer alone", "two raw signatures"),
    (3072, "signer alone, RSA 3072", "two raw signatures of that size"),
)


def comparisons(setting):
    for bits, name, reference in SIZES:
        put_key(bits)
        yield Comparison(name, reference, signer(setting.service), raw_pair(), REQUIRED, GOAL)
    put_key(2048)


def signer(service):
    """Return a function that signs as `responding.success` does, with the cached key."""
    from idp.saml import signing_keys
    from idp.saml.attributes.attribute import Attribute
    from idp.saml.responses import assertion
    from idp.saml.responses.assertion import Authenticated, Envelope, ResponseContent, Subject

    told = {"full_name": "Ana García", "email": "ana@acme.example", "roles": "agent", "phone": "+12015550101"}
    content = ResponseContent(
        Envelope("https://login.acme.example/saml/metadata", ENTITY, ACS, "_a-request"),
        Subject("agent-1"),
        Authenticated(NOW, "urn:oasis:names:tc:SAML:2.0:ac:classes:PreviousSession", "_a-session"),
        tuple(Attribute(name, (value,)) for name, value in told.items()),
    )
    key = signing_keys.key_for(service, NOW)
    return lambda: assertion.signed_response(content, key=key, now=NOW)


def raw_pair():
    """Return a function that makes two raw signatures with the active key."""
    from idp.keys import keyring
    from idp.keys.models import Use

    private = load_pem_private_key(keyring.active(Use.SAML, NOW).private_key.encode(), password=None)
    how = (b"a digest's worth of text, more or less", padding.PKCS1v15(), hashes.SHA256())

    def twice():
        private.sign(*how)
        private.sign(*how)

    return twice
