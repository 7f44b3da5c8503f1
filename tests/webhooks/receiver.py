"""A back end that is told: a real server on this computer that checks each signature with another's library."""

import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook as Verifier

from idp import clock
from idp.webhooks import kinds, registration, sending
from idp.webhooks.models import Webhook
from idp.webhooks.reading import SETTLING

ALL = [it.kind.value for it in kinds.TABLE]


class Receiver(ThreadingHTTPServer):
    """Answers as it is told to: `answers` are used up first, each a status or a function of the handler."""

    daemon_threads = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"
        self.secret, self.answers, self.seen = "", [], []
        self.over = threading.Event()

    @property
    def types(self):
        return [it["type"] for it in self.seen]

    @property
    def references(self):
        return [it["data"]["reference"] for it in self.seen]

    def handle_error(self, request, client_address):
        """A sender that hangs up, or is killed, is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message = Verifier(self.server.secret).verify(body, dict(self.headers))
        assert message["id"] == self.headers["webhook-id"]
        self.server.seen.append(message)
        answer = self.server.answers.pop(0) if self.server.answers else 204
        answer(self) if callable(answer) else self.say(answer)

    def say(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Keep quiet."""


@contextmanager
def receiving():
    """A receiver, for as long as the block lasts."""
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        receiver.shutdown()
        receiver.server_close()
        thread.join()


def a_webhook(receiver, name="Rota", **fields):
    """A webhook that tells this receiver everything from now on."""
    webhook = Webhook(**{"name": name, "url": receiver.url, "kinds": ALL, **fields})
    receiver.secret = registration.add(webhook, clock.now() - timedelta(seconds=1))
    return webhook


def send():
    """One round of a sender."""
    return list(sending.send_due(clock.now))


def settled(moved):
    """Let what has just happened become old enough to be told."""
    moved.shift(SETTLING + timedelta(seconds=0.1))
