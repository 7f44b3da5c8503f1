"""Signing keys: that they are there, that they sign, and when they end."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from idp.keys import certificates
from idp.keys.expiry import Ending
from idp.keys.models import SigningKey
from idp.keys.models import State as KeyState
from idp.web.checkup import signing_keys
from idp.web.checkup.finding import in_order
from tests.conftest import NOW
from tests.web.checkup.conftest import FAULT, OK, WARNING, sentence, states


def test_keys_that_sign_are_in_order_and_need_one_query(db, keys, clock, django_assert_num_queries):
    assert states(signing_keys.check(NOW)) == [OK, OK]
    with django_assert_num_queries(1):
        signing_keys.stored(NOW)


def test_an_installation_without_a_key_is_in_order(db):
    assert states(signing_keys.check(NOW)) == [OK, OK]


def test_a_key_encrypted_under_a_lost_key_is_found(db, keys):
    SigningKey.objects.filter(use="token").update(private_key=Fernet(Fernet.generate_key()).encrypt(b"x").decode())
    assert "active key for long-lived tokens cannot be decrypted" in sentence(signing_keys.check(NOW))


def test_a_key_with_the_certificate_of_another_key_is_found(db, keys):
    other = certificates.make_saml_key("other", NOW).certificate
    SigningKey.objects.filter(use="saml").update(certificate=other)
    assert "does not fit its certificate" in sentence(signing_keys.check(NOW))


def test_a_retired_saml_key_that_cannot_be_read_is_only_a_warning(db, keys):
    lost = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    SigningKey.objects.filter(use="saml").update(state=KeyState.RETIRED, retired_at=NOW, private_key=lost)
    assert states(signing_keys.stored(NOW)) == [WARNING]


def test_a_next_key_that_waits_long_is_reported(db, keys):
    SigningKey.objects.filter(use="saml").update(state=KeyState.NEXT)
    assert states(signing_keys.stored(NOW + timedelta(days=30))) == [OK]
    assert "has waited for 31 days" in sentence(signing_keys.stored(NOW + timedelta(days=31)))


def test_a_certificate_that_is_not_valid_yet_is_reported(db, keys):
    assert "is valid only from" in sentence(signing_keys.stored(NOW - timedelta(days=2)))


def test_the_end_of_a_certificate_is_reported_in_time(db, keys):
    ends = certificates.expires_at(SigningKey.objects.get(use="saml").certificate)
    assert in_order(signing_keys.check(ends - timedelta(days=30)))
    assert "ends" in sentence(signing_keys.check(ends - timedelta(days=30)))
    assert not in_order(signing_keys.check(ends))


@pytest.mark.parametrize(("loud", "expected"), [(True, FAULT), (False, WARNING)])
def test_an_end_without_time_to_plan_is_a_fault(loud, expected):
    assert signing_keys.dated(Ending("It ends.", loud)).state is expected


@pytest.mark.parametrize(("of_lxml", "expected"), [((2, 14, 6), OK), ((2, 13, 8), FAULT)])
def test_lxml_and_xmlsec_share_one_library(of_lxml, expected):
    assert signing_keys.libraries((2, 14, 6), of_lxml).state is expected
