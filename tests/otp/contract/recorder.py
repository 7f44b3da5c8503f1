"""Listens to what goes over the wire, through Twilio's SDK, and changes nothing of it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import requests

TWILIO = "https://verify.twilio.com"


@dataclass
class Exchange:
    """A request as if it had gone to Twilio, and its response; None if it got lost."""

    request: requests.PreparedRequest
    response: requests.Response | None


class Recorder:
    """Everything that `requests` carried to an address under /v2/ while it listened."""

    def __init__(self):
        self.exchanges = []
        self._send = requests.Session.send

    def send(self, session, request, **options):
        at = urlsplit(request.url)
        if not at.path.startswith("/v2/"):
            return self._send(session, request, **options)
        as_sent = request.copy()
        as_sent.url = f"{TWILIO}{at.path}" + (f"?{at.query}" if at.query else "")
        exchange = Exchange(as_sent, None)
        self.exchanges.append(exchange)
        exchange.response = self._send(session, request, **options)
        return exchange.response


@pytest.fixture
def recorder(monkeypatch):
    """Records all requests to Verify and their responses."""
    recorder = Recorder()

    def send(session, request, **options):
        return recorder.send(session, request, **options)

    monkeypatch.setattr(requests.Session, "send", send)
    return recorder
