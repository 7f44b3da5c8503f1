"""Latchkey itself, as in production: gunicorn with one process, all features on, twenty access rules, SQLite."""

import os
import socket
import tempfile
import time
from contextlib import contextmanager
from itertools import count

from tests.peers import driving
from tests.speed import place
from tests.speed import serving as speed

name, times = "ours", 160
TIMES = 60
_numbers = count(1)


@contextmanager
def serving(folder, query, _entity, _acs):
    """Serve from this process's database, with eight agents whose computers are signed in."""
    from idp import clock
    from idp.keys import keyring
    from idp.keys.models import Use

    with speed.serving(folder) as installation:
        kept = [speed.signed_in(_numbers) for _ in range(driving.BROWSERS)]
        browsers = [_a_browser(installation, query, it) for it in kept]
        certificate = keyring.active(Use.SAML, clock.now()).certificate
        yield driving.Server(installation.process.pid, browsers, certificate)


def _a_browser(installation, query, cookies):
    """Return a function that signs a browser in and returns the page. It comes by the Unix socket, as nginx does."""

    def sign_in():
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(installation.socket))
            line.sendall(speed.request_of(installation.port, cookies, query()).encode())
            return b"".join(iter(lambda: line.recv(65536), b"")).decode()

    return sign_in


@contextmanager
def in_process():
    """Yield a function that returns CPU milliseconds of a sign-in in this process, and of two raw signatures."""
    from idp.wsgi import application
    from tests.speed.signing import raw_pair

    with place.standing_clock() as clock, quietly():
        browser = place.at_a_computer(application, clock, place.somebody(8999))
        silent, pair = place.Silent(application, clock, browser), raw_pair()
        silent.prepare(1)
        silent.sign_in()
        yield lambda: (_milliseconds(silent.sign_in, silent.prepare), _milliseconds(pair))


def _milliseconds(act, prepare=lambda _: None):
    prepare(TIMES)
    worked = time.process_time()
    for _ in range(TIMES):
        act()
    return 1000 * (time.process_time() - worked) / TIMES


@contextmanager
def quietly():
    """Write the log to a file instead of stderr; production writes it too."""
    with tempfile.TemporaryFile() as lines:
        kept = os.dup(2)
        os.dup2(lines.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
