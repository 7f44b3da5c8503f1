"""Services that sign-outs are about, and servers of those that receive LogoutRequests without a browser."""

import pytest

from idp import background
from tests.journeys.logout_server import LogoutServer
from tests.pretend_service import PretendService


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


@pytest.fixture
def shifts(flex):
    return PretendService("shifts")


@pytest.fixture
def wiki(flex):
    return PretendService("wiki")


@pytest.fixture
def everything_is_told(flex):
    """All services have been told of each sign-out before the test ends."""
    yield
    background.settle()
