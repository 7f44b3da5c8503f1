"""The small application, and a worker that waits for less, or for longer, than ours."""

import struct
from threading import Event

from idp import serving

LONG = b"x" * 300_000
serving.SILENCE = struct.pack("ll", 0, 200_000)
serving.PARTING = 90.0  # where somebody waits for that, a test gets no answer
_go = Event()


def application(environ, start_response):
    """Answer at once; or wait, without computing, until somebody else asks for /go."""
    path = environ["PATH_INFO"]
    if path == "/wait":
        _go.wait()
    elif path == "/go":
        _go.set()
    said = {"/long": LONG, "/read": b"%d" % len(environ["wsgi.input"].read())}.get(path, path.encode())
    start_response("200 OK", [("Content-Length", str(len(said)))])
    return [said]
