"""A service's own server, for those that are told of a sign-out."""

import pytest

from tests.journeys.logout_server import LogoutServer


@pytest.fixture
def told_by_post(flex):
    """A service's own server, which takes LogoutRequests by HTTP-POST."""
    with LogoutServer() as server:
        yield server


@pytest.fixture
def told_by_soap(flex):
    """A service's own server, which takes LogoutRequests by SOAP and answers as `service`."""
    with LogoutServer() as server:
        yield server
