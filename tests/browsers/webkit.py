"""WebKit for GTK, from Debian: its WebDriver, and a window of a phone's size on a screen that nobody sees."""

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.browsers.page import NotThere, Page
from tests.environment import free_port
from tests.user_agents import IPHONE
from tests.waiting import until

WINDOW = Path(__file__).with_name("webkit_window.py")
PATHS = {
    "Navigate": "url",
    "FindElement": "element",
    "ElementSendKeys": "element/{id}/value",
    "ElementClick": "element/{id}/click",
    "ExecuteScript": "execute/sync",
    "Back": "back",
    "Refresh": "refresh",
}
PATIENCE = 90
LOOKS, SOON = {"FindElement", "ExecuteScript"}, 10
"""What WebKit answers within seconds, or never: if just then a page comes whose Cross-Origin-Opener-Policy, as all of
Latchkey's have one, puts it into a process of its own. Whoever looks again is answered."""


@contextmanager
def screen():
    """Run an X server without a screen. Yields the name of its display."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "800x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()


@contextmanager
def opened(display, *, script=True, width=390):
    """Open an iPhone's page in a WebKit of its own, which forgets everything at the end."""
    port = free_port()
    environment = os.environ | {"DISPLAY": display, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
    command = ["WebKitWebDriver", f"--port={port}"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as driver, requests.Session() as http:
        session = _Session(http, f"http://127.0.0.1:{port}/session")
        try:
            until(session.is_ready)
            session.begin([f"--width={width}", f"--user-agent={IPHONE}", *([] if script else ["--no-script"])])
            yield Page(session.command)
        finally:
            session.end()
            driver.terminate()


class _Session:
    """WebDriver over HTTP. Source: the recommendation WebDriver of W3C."""

    def __init__(self, http, address):
        self.http, self.address = http, address

    def is_ready(self):
        try:
            return self.http.get(self.address.replace("session", "status"), timeout=PATIENCE).ok
        except requests.ConnectionError:
            return False

    def begin(self, arguments):
        browser = {"webkitgtk:browserOptions": {"binary": str(WINDOW), "args": arguments}, "pageLoadStrategy": "none"}
        wanted = {"capabilities": {"alwaysMatch": browser}}
        value = self._value(self.http.post(self.address, json=wanted, timeout=PATIENCE))
        self.address += f"/{value['sessionId']}"

    def command(self, name, **parameters):
        address = f"{self.address}/{PATHS[name].format(id=parameters.pop('id', ''))}"
        try:
            return self._value(self.http.post(address, json=parameters, timeout=SOON if name in LOOKS else PATIENCE))
        except requests.ReadTimeout:
            raise NotThere(f"no answer to {name}") from None

    def end(self):
        self.http.delete(self.address, timeout=PATIENCE)  # answered with an error, because its window is gone by then

    def _value(self, answer):
        value = answer.json()["value"]
        if not answer.ok:
            raise NotThere(f"{value['error']}: {value['message']}")
        return value
