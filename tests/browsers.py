"""A real browser: Debian's Chromium, driven by Playwright, dressed as a phone or a computer."""

import re
import shutil
from contextlib import contextmanager

from tests.user_agents import ANDROID, DESKTOP, IPHONE

ARGUMENTS = [
    "--no-sandbox",
    "--ignore-certificate-errors",  # asking for that page by page costs a second connection, and time on a slow line
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HONEST = re.compile("status of (4|503)")
"""What a browser says of every page that says no, or *not now*."""
DRESSED_AS = {
    "iPhone": {"user_agent": IPHONE, "viewport": {"width": 390, "height": 844}, "has_touch": True},
    "Android": {"user_agent": ANDROID, "viewport": {"width": 360, "height": 780}, "has_touch": True},
    "computer": {"user_agent": DESKTOP, "viewport": {"width": 1280, "height": 800}},
}


@contextmanager
def launched():
    """Chromium, until the end of the `with`."""
    from playwright.sync_api import sync_playwright  # takes a while, and most tests need no browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def pages(chromium):
    """Yield what opens pages, each in a browser of its own. Whatever a page complains of fails the test at the end."""
    contexts, complaints = [], []

    def open_page(dress="iPhone", *, script=True, **more):
        context = chromium.new_context(**DRESSED_AS[dress], java_script_enabled=script, **more)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [it for it in complaints if not HONEST.search(it)]
