"""A real browser: Debian's Chromium, driven by Playwright, dressed as a phone."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.journeys.logout_server import LogoutServer
from tests.user_agents import ANDROID, IPHONE

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DRESSED_AS = {
    "iPhone": {"user_agent": IPHONE, "viewport": {"width": 390, "height": 844}, "has_touch": True},
    "Android": {"user_agent": ANDROID, "viewport": {"width": 360, "height": 780}, "has_touch": True},
}


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium, flex):
    """Open a page: `browser_page("iPhone", script=False)`. Whatever the page complains of fails the test."""
    contexts, complaints = [], []

    def open_page(dress="iPhone", *, script=True):
        context = chromium.new_context(**DRESSED_AS[dress], java_script_enabled=script)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [it for it in complaints if "status of 4" not in it]


@pytest.fixture
def told_by_post(flex):
    """A service's own server, which takes LogoutRequests by HTTP-POST."""
    with LogoutServer() as server:
        yield server


@pytest.fixture
def told_by_soap(flex):
    """A service's own server, which takes LogoutRequests by SOAP and answers as `service`."""
    with LogoutServer() as server:
        yield server
