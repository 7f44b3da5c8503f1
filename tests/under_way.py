"""What Django's live server has not ended yet. A test that has its answer goes on, and may be over before that.

The last byte of an answer is out before the server closes it, which looks after the connection to the database, too: a
test that is over has let go of the database by then. So whoever puts the database back waits for them first.
"""

from threading import Condition

from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import QuietWSGIRequestHandler

LONGEST = 15.0
"""Seconds; no request takes longer, whatever it waits for."""
_requests = {}
_change = Condition()


class Handler(QuietWSGIRequestHandler):
    """Django's own for the live server, which counts a request from when its headers are read to its end."""

    def get_environ(self):
        with _change:
            _requests[self] = self.requestline
        return super().get_environ()

    def handle_one_request(self):
        try:
            super().handle_one_request()
        finally:
            with _change:
                _requests.pop(self, None)
                _change.notify_all()


class Server(ThreadedWSGIServer):
    """Django's own for the live server, at a port that is held for it (`tests.environment`)."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs | {"allow_reuse_address": True})


def settle():
    """Wait until all are ended, and name those that are not by then."""
    with _change:
        assert _change.wait_for(lambda: not _requests, LONGEST), f"still under way: {list(_requests.values())}"
