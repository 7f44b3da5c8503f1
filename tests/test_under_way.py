"""No test is over while the live server is still at one of its requests."""

from threading import Event

import pytest
import requests
from django.core.signals import request_finished

from tests import under_way


@pytest.fixture
def may_end():
    """A request ends only once this is set, though its answer is out."""
    may_end = Event()

    def wait(**_):
        may_end.wait(10)

    request_finished.connect(wait)
    yield may_end
    may_end.set()
    request_finished.disconnect(wait)


def test_a_request_is_waited_for_to_its_end_and_not_to_its_answer_alone(live_server, may_end, monkeypatch):
    assert requests.get(f"{live_server.url}/healthz", timeout=10).content
    with monkeypatch.context() as impatient:
        impatient.setattr(under_way, "LONGEST", 0)
        with pytest.raises(AssertionError, match=r"still under way: \['GET /healthz"):
            under_way.settle()
    may_end.set()
    under_way.settle()
