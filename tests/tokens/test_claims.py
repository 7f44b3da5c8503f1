import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from idp.keys.certificates import make_token_key
from idp.tokens import claims
from idp.tokens.claims import Claims, Issuer

PRIVATE = make_token_key().private_key
OTHER_PRIVATE = make_token_key().private_key
ISSUER = Issuer("https://login.example.com")
KID = "a" * 32
ISSUED = datetime(2026, 11, 21, 9, 0, 0, 999_999, tzinfo=UTC)
CONTENT = claims.claims(
    jti=UUID(int=1), device=UUID(int=2), agent=UUID(int=3), issued_at=ISSUED, expires_at=ISSUED + timedelta(days=7)
)
PAYLOAD = {
    "iss": ISSUER.base_url,
    "aud": ISSUER.audience,
    "sub": str(CONTENT.agent),
    "jti": str(CONTENT.jti),
    "device": str(CONTENT.device),
    "iat": CONTENT.issued_at,
    "exp": CONTENT.expires_at,
}
HEADER = {"alg": "ES256", "kid": KID, "typ": claims.TYPE}
ABSENT = object()


def test_claims_are_those_of_the_row_in_whole_seconds():
    told = claims.claims(
        jti=UUID(int=4), device=UUID(int=5), agent=UUID(int=6), issued_at=ISSUED, expires_at=ISSUED + timedelta(days=7)
    )
    since = int(datetime(2026, 11, 21, 9, tzinfo=UTC).timestamp())
    assert told == Claims(UUID(int=4), UUID(int=5), UUID(int=6), since, since + 7 * 24 * 60 * 60)


def public(private=PRIVATE):
    return load_pem_private_key(private.encode(), None).public_key()


def a_token(**changed):
    payload = {name: value for name, value in (PAYLOAD | changed).items() if value is not ABSENT}
    return jwt.api_jws.encode(json.dumps(payload).encode(), PRIVATE, algorithm="ES256", headers=HEADER)


def read(token, issuer=ISSUER, key=None):
    return claims.read(token, issuer=issuer, public_key=key or public())


def encoded(part):
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def with_header(header):
    """A token with some header; its signature is of another one."""
    return ".".join([encoded(header), *a_token().split(".")[1:]])


def test_a_token_comes_back_as_it_was_written():
    token = claims.write(CONTENT, issuer=ISSUER, kid=KID, private_key=PRIVATE)
    assert claims.key_id(token) == KID
    assert read(token) == CONTENT


def test_instants_become_whole_seconds_and_seven_days_remain_seven_days():
    assert CONTENT.issued_at == int(ISSUED.timestamp())
    assert CONTENT.expires_at - CONTENT.issued_at == 604_800


def test_a_token_says_what_the_design_says_and_nothing_more():
    token = claims.write(CONTENT, issuer=ISSUER, kid=KID, private_key=PRIVATE)
    assert jwt.get_unverified_header(token) == HEADER
    assert jwt.decode(token, options={"verify_signature": False}) == PAYLOAD
    assert len(token) < 700


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"iss": "https://other.example.com"}, id="other issuer"),
        pytest.param({"iss": [ISSUER.base_url]}, id="issuer in a list"),
        pytest.param({"aud": f"{ISSUER.base_url}/api/v1/token"}, id="the path of apps"),
        pytest.param({"aud": [ISSUER.audience]}, id="audience in a list"),
        pytest.param({"aud": ISSUER.base_url}, id="prefix of the audience"),
        *(pytest.param({name: ABSENT}, id=f"without {name}") for name in PAYLOAD),
        *(pytest.param({name: None}, id=f"{name} null") for name in PAYLOAD),
        *(
            pytest.param({name: value}, id=f"{name} {value!r}")
            for name in ("sub", "jti", "device")
            for value in (7, True, ["x"], {"a": 1}, "", "not a uuid", "../1", PAYLOAD["jti"] + "0")
        ),
        *(
            pytest.param({name: value}, id=f"{name} {value!r}")
            for name in ("iat", "exp")
            for value in (True, "soon", str(PAYLOAD["exp"]), 1e300, float(PAYLOAD["exp"]), [1], {"a": 1})
        ),
    ],
)
def test_a_rightly_signed_token_with_a_wrong_claim_is_nothing(changed):
    assert read(a_token(**changed)) is None


def test_expiry_is_left_to_the_row():
    assert read(a_token(iat=1, exp=2)).expires_at == 2
    assert read(a_token(iat=2**40, nbf=2**40)).issued_at == 2**40


def test_another_key_does_not_verify_a_token():
    assert read(a_token(), key=public(OTHER_PRIVATE)) is None


@pytest.mark.parametrize("part", [0, 1, 2], ids=["header", "payload", "signature"])
def test_a_changed_letter_anywhere_makes_it_nothing(part):
    parts = a_token().split(".")
    middle = len(parts[part]) // 2
    letter = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + letter + parts[part][middle + 1 :]
    assert read(".".join(parts)) is None


def test_an_unsigned_token_is_nothing():
    header = {"alg": "none", "kid": KID, "typ": claims.TYPE}
    token = f"{encoded(header)}.{encoded(PAYLOAD)}."
    assert claims.key_id(token) is None
    assert read(token) is None


def test_a_token_signed_with_the_public_key_as_a_password_is_nothing():
    header = {"alg": "HS256", "kid": KID, "typ": claims.TYPE}
    unsigned = f"{encoded(header)}.{encoded(PAYLOAD)}"
    password = public().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    token = f"{unsigned}.{encoded(hmac.new(password, unsigned.encode(), hashlib.sha256).digest())}"
    assert claims.key_id(token) is None
    assert read(token) is None


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(HEADER | {"alg": "ES384"}, id="other algorithm"),
        pytest.param(HEADER | {"alg": ["ES256"]}, id="algorithm in a list"),
        pytest.param(HEADER | {"typ": "at+jwt"}, id="token of another purpose"),
        pytest.param(HEADER | {"typ": "Latchkey-Device+JWT"}, id="type in other letter case"),
        *(
            pytest.param({key: value for key, value in HEADER.items() if key != name}, id=f"without {name}")
            for name in HEADER
        ),
        *(
            pytest.param(HEADER | {"kid": kid}, id=f"kid {kid!r}"[:40])
            for kid in (
                "",
                "../../etc/passwd",
                "a" * 33,
                "a'--",
                "a\0",
                "\ud800",
                "\uff41" * 32,
                7,
                None,
                ["a"],
                {"a": 1},
            )
        ),
        pytest.param(HEADER | {"jku": "https://evil.example/keys"}, id="jku"),
        pytest.param(HEADER | {"x5u": "https://evil.example/cert"}, id="x5u"),
        pytest.param(HEADER | {"jwk": {"kty": "EC"}}, id="jwk"),
        pytest.param(HEADER | {"crit": ["exp"], "exp": 1}, id="crit"),
        pytest.param(HEADER | {"b64": False, "crit": ["b64"]}, id="b64"),
        pytest.param([HEADER], id="a list"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(b"{", id="cut short"),
        pytest.param(b"[" * 2500, id="deeply nested"),
        pytest.param(b'{"a":' * 500 + b"1" + b"}" * 500, id="deeply nested objects"),
        pytest.param(b'{"alg": ' + b"9" * 2500 + b"}", id="a number without end"),
    ],
)
def test_no_other_header_leads_to_a_key(header):
    assert claims.key_id(with_header(header)) is None


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "...", "a.b.c", "é.é.é", "\ud800", "\0", "Bearer x", a_token() + ".", a_token() + " " * 4000],
    ids=lambda it: ascii(it)[:20],
)
def test_rubbish_leads_to_no_key_and_no_error(token):
    assert claims.key_id(token) is None
    assert read(token) is None


@pytest.mark.parametrize(("longer", "found"), [(0, KID), (1, None)])
def test_a_token_may_be_so_long_and_no_longer(monkeypatch, longer, found):
    token = a_token()
    monkeypatch.setattr(claims, "MAX_LENGTH", len(token) - longer)
    assert claims.key_id(token) == found


def test_five_kilobytes_are_not_even_opened():
    long = jwt.encode(PAYLOAD | {"padding": "x" * 4000}, PRIVATE, algorithm="ES256", headers=HEADER)
    assert len(long) > 5000
    assert claims.key_id(long) is None


@given(st.text(max_size=200))
def test_no_text_raises_anything(text):
    assert claims.key_id(text) is None
    assert read(text) is None
