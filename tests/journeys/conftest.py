"""Servers of services that receive LogoutRequests without a browser."""

import pytest

from tests.journeys.logout_server import LogoutServer


@pytest.fixture
def told_by_post(flex):
    """A service's server that accepts LogoutRequests by HTTP-POST."""
    with LogoutServer() as server:
        yield server


@pytest.fixture
def told_by_soap(flex):
    """A service's server that accepts LogoutRequests by SOAP and answers as `service`."""
    with LogoutServer() as server:
        yield server
