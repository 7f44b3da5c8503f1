"""The keys that the SAML tests sign with, and the time zone of a server."""

import time

import pytest

from idp.saml.signatures.signing import SamlKey
from tests.saml.keys import a_pair


@pytest.fixture(scope="session")
def idp_key():
    pair = a_pair("idp")
    return SamlKey.load(pair.private_pem, pair.certificate)


@pytest.fixture(scope="session")
def sp_pair():
    return a_pair("sp")


@pytest.fixture
def server_in_tokyo(monkeypatch):
    with monkeypatch.context() as settings:
        settings.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()
