"""Debian's Firefox without a window, by Marionette, the protocol into which Mozilla's own driver translates."""

import json
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests.browsers.page import NotThere, Page
from tests.waiting import until

ANDROID = "Mozilla/5.0 (Android 15; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0"
PATIENCE = 90
NARROW = ":root { min-width: 0 !important }"
"""Firefox's own style for its window, which is else at least 500 pixels wide."""
PREFERENCES = {
    "general.useragent.override": ANDROID,
    "toolkit.legacyUserProfileCustomizations.stylesheets": True,  # reads userChrome.css
    "marionette.port": 0,  # a free one, which the profile then names
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


@contextmanager
def opened(*, script=True, width=390):
    """Open an Android phone's page in a Firefox with a profile of its own."""
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder)
        wanted = PREFERENCES | {"javascript.enabled": script}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items()]
        (profile / "user.js").write_text("".join(lines))
        (profile / "chrome").mkdir()
        (profile / "chrome/userChrome.css").write_text(NARROW)
        command = ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", folder]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
            try:
                named = profile / "MarionetteActivePort"
                until(lambda: named.exists() and named.read_text().strip())
                with _Session(int(named.read_text())) as session:
                    session.command("NewSession", pageLoadStrategy="none", unhandledPromptBehavior="accept")
                    session.command("SetWindowRect", width=width, height=844)
                    yield Page(session.command)
            finally:
                browser.terminate()


class _Session:
    """Marionette: each message is JSON, after its length in bytes and a colon."""

    def __init__(self, port):
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.received = self.connection.makefile("rb")
        self.sent = 0

    def __enter__(self):
        self._receive()  # what it says of itself
        return self

    def __exit__(self, *_):
        self.received.close()
        self.connection.close()

    def command(self, name, **parameters):
        self.sent += 1
        message = json.dumps([0, self.sent, f"WebDriver:{name}", parameters]).encode()
        self.connection.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._receive()
        if error:
            raise NotThere(f"{error['error']}: {error['message']}")
        return result["value"] if isinstance(result, dict) and "value" in result else result

    def _receive(self):
        length = b""
        while (digit := self.received.read(1)) != b":":
            length += digit
        return json.loads(self.received.read(int(length)))
