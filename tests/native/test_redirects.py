"""Which addresses an app can be sent back to."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from idp.native import pkce, redirects
from idp.native.models import RedirectUri
from tests.native.own_app import CHALLENGE, VERIFIER, a_client

pytestmark = pytest.mark.each_database


@pytest.mark.parametrize(
    "uri",
    [
        "https://phone.acme.example/signed-in",
        "https://phone.acme.example:8443/",
        "com.acme.phone:/signed-in",
        "com.acme.phone://signed-in",
        "http://127.0.0.1/signed-in",
        "http://[::1]:8000/",
    ],
)
def test_an_operator_may_register_this_redirect_uri(uri):
    assert redirects.fault(uri) is None


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "acme:/signed-in",
        "http://phone.acme.example/",
        "http://localhost/",
        "http://127.0.0.1.evil.example/",
        "http://user@127.0.0.1/",
        "https://user@phone.acme.example/",
        "https:///signed-in",
        "https://phone.acme.example;sandbox/signed-in",
        "https://phone.acme.example,evil.example/signed-in",
        "https://phone.acme.example/#part",
        "https://*.acme.example/",
        "https://phone.acme.example\\@evil.example/",
        "https://phone.acme.example:port/",
        "https://[::1",
        "javascript:alert(1)",
        "com.acme.phone:/a b",
        "com.acme.phone:/" + "a" * 300,
        "com.ácme.phone:/",
        "//phone.acme.example/",
    ],
)
def test_an_operator_may_not_register_this_redirect_uri(uri):
    assert redirects.fault(uri)


@pytest.mark.parametrize(
    ("registered", "asked", "same"),
    [
        ("https://a.example/cb", "https://a.example/cb", True),
        ("https://a.example/cb", "https://a.example:443/cb", False),
        ("https://a.example/cb", "https://A.example/cb", False),
        ("com.acme:/cb", "com.acme:/cb/", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1234/cb", True),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1:1234/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", False),
        ("http://127.0.0.1/cb", "http://[::1]:1234/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1234/cb?x", False),
        ("http://127.0.0.1/cb", "http://a@127.0.0.1/cb", False),
    ],
)
def test_redirect_uris_are_compared_as_strings_except_for_a_loopback_port(registered, asked, same):
    assert redirects.matches(registered, asked) is same


@pytest.mark.django_db
@pytest.mark.parametrize(
    "uri", ["http://a.example/", "http://127.0.0.1.evil.example/", "acme:/", "javascript:alert(1)"]
)
def test_the_table_rejects_the_redirect_uris_that_the_form_rejects(uri):
    row = RedirectUri(client=a_client(), uri=uri)
    with pytest.raises(ValidationError):
        row.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_the_verifier_of_rfc_7636_appendix_b_proves_its_challenge():
    assert pkce.proves(VERIFIER, CHALLENGE)
    assert not pkce.proves(CHALLENGE, CHALLENGE)
    assert not pkce.proves(VERIFIER + "é", CHALLENGE)
