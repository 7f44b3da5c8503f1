"""The driver: eight browsers ask one server on one core for silent sign-ins, and its processor time is read off.

The driver keeps to the other core. Each request has a connection of its own, as behind a web server that keeps none.
"""

import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from tests.speed import serving, signed

BROWSERS = 8


@dataclass(frozen=True)
class Server:
    """One that is asked: its process, and eight functions, each of which signs a browser in again."""

    pid: int
    browsers: list[Callable[[], str]]
    certificate: str

    def checked(self):
        """Hold a sample to what all have to do; returns itself."""
        signed.check(self.browsers[0](), self.certificate)
        return self


def drive(server, times):
    """Have the browsers sign in so often in all. Returns the milliseconds of processor that one took."""

    def sign_in_often(browser):
        for _ in range(times // BROWSERS):
            page = browser()
            assert signed.PAGE.search(page), page[:800]

    worked = serving.processors(server.pid)
    with serving.beside_the_server(), ThreadPoolExecutor(BROWSERS) as pool:
        list(pool.map(sign_in_often, server.browsers))
    return 1000 * (serving.processors(server.pid) - worked) / (times // BROWSERS * BROWSERS)


def a_browser(sso, query, cookies=(), **headers):
    """Return what signs a browser in again and gives the page, and the browser. `query()` makes a fresh request."""
    browser = requests.Session()
    browser.trust_env = False
    browser.headers.update({"Connection": "close", **headers})
    browser.cookies.update(dict(cookies))
    return (lambda: browser.get(f"{sso}?{query()}", timeout=60).text), browser


@contextmanager
def started(command, log, *, on_core=True, **how):
    """Run a server until the end of the block, on its core or on the driver's."""
    with log.open("ab") as lines, serving.on_the_servers_core() if on_core else serving.beside_the_server():
        process = subprocess.Popen(command, stdout=lines, stderr=lines, **how)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(address, process, log, patience=30.0):
    """Wait until a server answers whatever it likes."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            return requests.get(address, timeout=patience)
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")
