"""What is said about the last weeks of a certificate."""

from datetime import timedelta

import pytest

from idp.keys import expiry, keyring
from idp.keys.models import SigningKey, Use
from tests.conftest import NOW

NAME = "The certificate"


@pytest.mark.parametrize(
    ("days", "words", "loud"),
    [
        (60, "Plan to replace the key.", False),
        (31, "Plan to replace the key.", False),
        (30, "ends in 30 days, on 21 December 2026. Start replacing the key now.", False),
        (8, "Start replacing the key now.", False),
        (7, "in a week or less", True),
        (0.1, "in a week or less", True),
        (0, "ended on 21 November 2026. We still sign", True),
        (-400, "We still sign", True),
    ],
)
def test_warnings_get_more_urgent_as_a_certificate_expires(days, words, loud):
    said = expiry.of(NAME, NOW + timedelta(days=days), NOW)
    assert words in said.sentence
    assert said.loud == loud


def test_a_certificate_that_expires_much_later_causes_no_warning():
    assert expiry.of(NAME, NOW + timedelta(days=60, seconds=1), NOW) is None


def test_the_certificates_of_signing_keys_are_checked(db, keys):
    (ends,) = {it.certificate for it in SigningKey.objects.filter(use=Use.SAML)}
    last = keyring.certificates.expires_at(ends)
    assert keyring.endings(last - timedelta(days=61)) == []
    (said,) = keyring.endings(last - timedelta(days=6))
    assert said.sentence.startswith("The certificate of the active key for SAML messages, RSA ends on")


def test_the_certificate_of_a_retired_key_causes_no_warning(db, keys):
    SigningKey.objects.filter(use=Use.SAML).update(state="retired", retired_at=NOW)
    assert keyring.endings(NOW + timedelta(days=4000)) == []
