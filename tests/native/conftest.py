"""An app on an iPhone, registered here; and each answer of the API is held to the API's document."""

import pytest
from django.core.handlers.base import BaseHandler

from tests.native import contract
from tests.native.own_app import OwnApp, a_client


@pytest.fixture
def app(phone):
    a_client()
    return OwnApp(phone)


@pytest.fixture(autouse=True)
def _held_to_the_document(monkeypatch):
    """Listens to what goes in and out, whoever asks and however."""
    heard = []
    answer = BaseHandler.get_response

    def listen(handler, request):
        response = answer(handler, request)
        heard.append((request, response))
        return response

    monkeypatch.setattr(BaseHandler, "get_response", listen)
    yield
    assert [fault for request, response in heard for fault in contract.faults(request, response)] == []
