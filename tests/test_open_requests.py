"""A test ends only after the live server has finished all of its requests."""

from threading import Event

import pytest
import requests
from django.core.signals import request_finished

from tests import open_requests


@pytest.fixture
def may_end():
    """A request whose response is sent already ends only when this is set."""
    may_end = Event()

    def wait(**_):
        may_end.wait(10)

    request_finished.connect(wait)
    yield may_end
    may_end.set()
    request_finished.disconnect(wait)


def test_the_next_test_waits_until_a_request_has_ended_and_not_only_been_answered(live_server, may_end, monkeypatch):
    assert requests.get(f"{live_server.url}/healthz", timeout=10).content
    with monkeypatch.context() as without_patience:
        without_patience.setattr(open_requests, "LONGEST", 0)
        with pytest.raises(AssertionError, match=r"still open: \['GET /healthz"):
            open_requests.settle()
    may_end.set()
    open_requests.settle()
