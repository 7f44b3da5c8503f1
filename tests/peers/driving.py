"""The driver: eight browsers sign in silently at one server on one core, and the server's CPU time is read.

The driver runs on the other core. Each request has its own connection, as behind a web server without keep-alive.
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
    """The process id of a server, and eight functions that each sign in one browser and return the page."""

    pid: int
    browsers: list[Callable[[], str]]
    certificate: str

    def checked(self):
        """Check both signatures of a sample page, and return self."""
        signed.check(self.browsers[0](), self.certificate)
        return self


def drive(server, times):
    """Sign in so many times in all, and return milliseconds of CPU time per sign-in."""

    def sign_in_often(browser):
        for _ in range(times // BROWSERS):
            page = browser()
            assert signed.PAGE.search(page), page[:800]

    worked = serving.processors(server.pid)
    with serving.beside_the_server(), ThreadPoolExecutor(BROWSERS) as pool:
        list(pool.map(sign_in_often, server.browsers))
    return 1000 * (serving.processors(server.pid) - worked) / (times // BROWSERS * BROWSERS)


def a_browser(sso, query, cookies=(), **headers):
    """Return a function that signs a browser in and returns the page, and the browser. `query()` makes a request."""
    browser = requests.Session()
    browser.trust_env = False
    browser.headers.update({"Connection": "close", **headers})
    browser.cookies.update(dict(cookies))
    return (lambda: browser.get(f"{sso}?{query()}", timeout=60).text), browser


@contextmanager
def started(command, log, *, on_core=True, **how):
    """Run a server for the `with` block, on its core or on the driver's."""
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
    """Wait until a server gives any response."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            return requests.get(address, timeout=patience)
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")
