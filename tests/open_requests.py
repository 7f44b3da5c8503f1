"""The requests that Django's live server has not finished yet.

The server sends the last byte of a response before it closes the request and releases its database connection. A test
that has its response may therefore end too early: before the database is reset, `settle` waits for those requests.
"""

from threading import Condition

from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import QuietWSGIRequestHandler

LONGEST = 15.0
"""Seconds; every request of the product ends within them."""
_requests = {}
_change = Condition()


class Handler(QuietWSGIRequestHandler):
    """Django's handler for the live server; counts a request as open from its headers to its end."""

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
    """Django's live server, at a port that is reserved for it (`tests.environment`)."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs | {"allow_reuse_address": True})


def settle():
    """Wait until no request is open. An AssertionError names those that are open after `LONGEST`."""
    with _change:
        assert _change.wait_for(lambda: not _requests, LONGEST), f"still open: {list(_requests.values())}"
