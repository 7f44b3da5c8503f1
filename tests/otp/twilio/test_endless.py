"""Answers of Twilio that never end: they are given up in time, so that they keep no thread from other codes."""

import socketserver
from contextlib import suppress
from threading import Event, Thread

import pytest

from idp.otp.delivery import Delivery
from idp.otp.gateway import CheckResult
from idp.otp.twilio.client import TwilioSettings
from idp.otp.twilio.messages import TwilioMessages
from tests.otp.conftest import ACCOUNT, PASSWORD, SERVICE, USERNAME
from tests.otp.twilio.codes import ANA

pytestmark = pytest.mark.long

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
GZIP = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
NOTHING = b"\x00\x00\x00\xff\xff"
"""A block of compressed data that stands for no bytes."""
SID = "VE" + "0" * 32


@pytest.fixture
def that_sends():
    """A server that sends these pieces in turn, each a moment after the other, for as long as somebody listens."""
    over, servers = Event(), []

    def make(head, piece, pause):
        class Sends(socketserver.BaseRequestHandler):
            def handle(self):
                self.request.recv(65536)
                with suppress(OSError):
                    self.request.sendall(head)
                    while not over.wait(pause):
                        self.request.sendall(piece)

        servers.append(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sends))
        servers[-1].daemon_threads = True
        Thread(target=servers[-1].serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_address[1]}"

    yield make
    over.set()
    for it in servers:
        it.shutdown()
        it.server_close()


@pytest.mark.parametrize(
    ("head", "piece", "pause"),
    [
        (HEAD + b"Content-Length: 1000000\r\n\r\n", b" ", 0.05),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.05),
        (HEAD + b"Connection: close\r\n\r\n", b" " * 50_000, 0.0),
        (HEAD + b"Content-Encoding: gzip\r\n\r\n" + GZIP, NOTHING * 2000, 0.0),
        (b"HTTP/1.1 200 O", b"K", 0.05),
        (HEAD + b"X-Padding: ", b"x", 0.05),
        (HEAD, b"X-Padding: x\r\n", 0.1),
    ],
    ids=[
        "a byte at a time",
        "in small chunks",
        "without end",
        "compressed",
        "status line",
        "one header",
        "header after header",
    ],
)
def test_an_answer_that_never_ends_is_given_up(make_gateway, that_sends, head, piece, pause):
    gateway, results = make_gateway(that_sends(head, piece, pause), timeout=(0.5, 0.5), pause=lambda _: None), []
    waits = Thread(target=lambda: results.append(gateway.check(sid=SID, to=ANA, code="123456")), daemon=True)
    waits.start()
    waits.join(15)
    assert results == [CheckResult.UNKNOWN]


def test_so_is_one_to_a_text_without_a_code(that_sends):
    settings = TwilioSettings(ACCOUNT, USERNAME, PASSWORD, SERVICE, that_sends(HEAD, b"X-Padding: x\r\n", 0.1))
    messages = TwilioMessages(settings, "+12015550100", timeout=(0.5, 0.5))
    assert messages.send(ANA, "Your number was changed.") == Delivery(accepted=False)
