"""Runs a WSGI application on a port of this computer, in its own threads."""

import socketserver
import sys
import threading
from socket import socket
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOPBACK = "127.0.0.1"


class LoopbackServer:
    """A running server. `url` is its address; `close` stops it at once."""

    def __init__(self, application: "WSGIApplication", port: int = 0) -> None:
        """Start on the port, or with 0 on any free one. Raises OSError if the port is taken."""
        self._server = _Server((LOOPBACK, port), _Handler)
        self._server.set_app(application)
        self.url = f"http://{LOOPBACK}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True
    timeout = 60

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Log nothing: a line per request would bury what the demo prints."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def server_bind(self) -> None:
        """Bind without a DNS lookup for the name of the loopback address."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """Ignore clients that disconnected. Print anything else, since it is our fault."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)
