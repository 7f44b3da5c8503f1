"""The signer alone: Response and Assertion built, signed and written, beside two raw signatures of the same key."""

from dataclasses import replace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.speed.place import ACS, ENTITY, NOW, put_key
from tests.speed.rounds import Contest

MUST, AIM = 2.6, 1.1


def contests(setting):
    yield Contest("signer alone", "two raw signatures", signer(setting.service), raw_pair(), must=MUST, aim=AIM)
    put_key(3072)
    larger = Contest("signer alone, RSA 3072", "two raw signatures of that size", signer(setting.service), raw_pair())
    yield replace(larger, must=MUST, aim=AIM)
    put_key(2048)


def signer(service):
    """Sign as `responding.success` does, with the key that is held."""
    from idp.saml.responses import assertion
    from idp.saml.responses.assertion import Answer, Attribute, Authenticated, Envelope, Subject
    from idp.saml.signatures import signing_keys

    told = {"full_name": "Ana García", "email": "ana@acme.example", "roles": "agent", "phone": "+12015550101"}
    content = Answer(
        Envelope("https://login.acme.example/saml/metadata", ENTITY, ACS, "_a-request"),
        Subject("agent-1"),
        Authenticated(NOW, "urn:oasis:names:tc:SAML:2.0:ac:classes:PreviousSession", "_a-session"),
        tuple(Attribute(name, (value,)) for name, value in told.items()),
    )
    key = signing_keys.key_for(service, NOW)
    return lambda: assertion.answer(content, key=key, now=NOW)


def raw_pair():
    """Sign twice and nothing else, with the key that signs answers at this moment."""
    from idp.keys import keyring
    from idp.keys.models import Use

    private = load_pem_private_key(keyring.active(Use.SAML, NOW).private_key.encode(), password=None)
    how = (b"a digest's worth of text, more or less", padding.PKCS1v15(), hashes.SHA256())

    def twice():
        private.sign(*how)
        private.sign(*how)

    return twice
