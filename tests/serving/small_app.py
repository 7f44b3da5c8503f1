"""The small application, and a worker that waits for less, or for longer, than ours."""

import os
import struct
import time
from threading import Event

from idp import serving

LONG = b"x" * 300_000
HUGE = LONG * 40
"""More than the kernel takes on the way to who does not read it."""
serving.SILENCE = struct.pack("ll", 0, 200_000)
serving.TAKING = serving.SILENCE
serving.PARTING = 90.0  # where somebody waits for that, a test gets no answer
_go = Event()


def application(environ, start_response):
    """Answer at once; or wait, without computing, until somebody else asks for /go."""
    path = environ["PATH_INFO"]
    if path == "/wait":
        _go.wait()
    elif path == "/go":
        _go.set()
    elif path == "/full":
        _open_all()
    said = {"/long": LONG, "/huge": HUGE, "/read": b"%d" % len(environ["wsgi.input"].read())}.get(path, path.encode())
    start_response("200 OK", [("Content-Length", str(len(said)))])
    return [said]


def _open_all():
    """Open as many files as the process may, for longer than the worker takes to look after its threads."""
    files = []
    try:
        while True:
            files.append(os.dup(0))
    except OSError:
        time.sleep(1.2)
    for it in files:
        os.close(it)
