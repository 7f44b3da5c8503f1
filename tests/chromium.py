"""A real browser: Debian's Chromium, driven by Playwright, with the user agent and size of a phone or a computer.

Its headless shell is the same browser without windows, and takes a quarter less of the processor.
"""

import re
import shutil
from contextlib import contextmanager

from tests.user_agents import ANDROID, DESKTOP, IPHONE

ARGUMENTS = [
    "--no-sandbox",
    "--ignore-certificate-errors",  # Playwright's own option costs a second connection per page
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EXPECTED = re.compile("status of (4|503)")
"""The console's message about each page with status 4xx or 503."""
DEVICES = {
    "iPhone": {"user_agent": IPHONE, "viewport": {"width": 390, "height": 844}, "has_touch": True},
    "Android": {"user_agent": ANDROID, "viewport": {"width": 360, "height": 780}, "has_touch": True},
    "computer": {"user_agent": DESKTOP, "viewport": {"width": 1280, "height": 800}},
}


@contextmanager
def launched():
    """Run Chromium for the `with` block."""
    from playwright.sync_api import sync_playwright  # a slow import, and most tests need no browser

    with sync_playwright() as playwright:
        program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def pages(chromium):
    """Yield a function that opens pages, each in its own context. An error on the console fails the test at its end."""
    contexts, complaints = [], []

    def open_page(device="iPhone", *, script=True, **more):
        context = chromium.new_context(**DEVICES[device], java_script_enabled=script, **more)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [it for it in complaints if not EXPECTED.search(it)]
