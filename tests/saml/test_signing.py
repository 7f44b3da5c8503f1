"""Signing: what a key must be, where the signature stands, and that lxml and xmlsec go together."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import etree

from idp.saml import names
from idp.saml.elements import element, new_id
from idp.saml.errors import UnusableKey
from idp.saml.signing import SamlKey, self_test, sign, verify
from tests.saml.keys import a_pair

ISSUER = f"{{{names.ASSERTION}}}Issuer"
ASSERTION = f"{{{names.ASSERTION}}}Assertion"


def a_target():
    return element(ASSERTION, {"ID": new_id()}, element(ISSUER, text="us"), element(f"{ASSERTION}x"))


def test_a_sound_key_passes_its_test(idp_key):
    self_test(idp_key)


def test_the_signature_stands_right_after_the_issuer(idp_key):
    tags = [etree.QName(it).localname for it in sign(a_target(), idp_key)]
    assert tags == ["Issuer", "Signature", "Assertionx"]


def test_a_changed_element_no_longer_verifies(idp_key):
    target = etree.fromstring(etree.tostring(sign(a_target(), idp_key)))
    target[0].text = "them"
    with pytest.raises(UnusableKey):
        verify(target, idp_key)


@pytest.mark.parametrize(
    ("private", "certificate"),
    [
        (a_pair("idp").private_pem, a_pair("sp").certificate),
        (a_pair("small", bits=1024).private_pem, a_pair("small", bits=1024).certificate),
        (a_pair("ec", curve=True).private_pem, a_pair("ec", curve=True).certificate),
        ("no key", a_pair("idp").certificate),
        (a_pair("idp").private_pem, "no certificate"),
    ],
    ids=["of another key", "too small", "no RSA key", "no key", "no certificate"],
)
def test_a_pair_that_does_not_fit_cannot_be_used(private, certificate):
    with pytest.raises(UnusableKey):
        SamlKey.load(private, certificate)


def test_a_key_does_not_show_its_private_half(idp_key):
    assert "PRIVATE" not in repr(idp_key)


def test_what_has_no_id_or_no_issuer_in_front_is_not_signed(idp_key):
    for target in (element(ASSERTION), element(ASSERTION, {"ID": "_a"}), element(ASSERTION, None, element(ISSUER))):
        with pytest.raises(ValueError, match="ID and an Issuer"):
            sign(target, idp_key)


def test_nothing_is_signed_twice(idp_key):
    target = sign(a_target(), idp_key)
    with pytest.raises(ValueError, match="once"):
        sign(target, idp_key)


def test_threads_may_share_a_key(idp_key):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: self_test(idp_key), range(200)))
