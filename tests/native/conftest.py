"""An app on an iPhone, registered here."""

import pytest

from tests.native.own_app import OwnApp, a_client


@pytest.fixture
def app(phone):
    a_client()
    return OwnApp(phone)
