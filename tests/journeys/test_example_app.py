"""The example app works as its README says, with a browser outside of it."""

import json
import os
import stat
import subprocess
import sys
import time

import pytest

from idp.agents.models import Device, Reason
from idp.conf import ROOT
from tests.native.own_app import BASE_URL, follow
from tests.phone import NUMBER
from tests.user_agents import ANDROID

pytestmark = pytest.mark.any_database

APP = ROOT / "examples" / "own_app.py"
LONGEST = 30


class Example:
    """The program, and the browser that it believes to be the system's: it writes down what it was to open."""

    def __init__(self, folder):
        self.kept, self.browser, self.opened = folder / "kept", folder / "browser", folder / "opened"
        self.browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {self.opened}\n')
        self.browser.chmod(0o700)
        self.running = []

    def begin(self, *words):
        """Start it with these words; it is stopped by `stop` at the latest."""
        running = subprocess.Popen(
            [sys.executable, APP, "--server", BASE_URL, "--keep", self.kept, *words],
            env={**os.environ, "BROWSER": str(self.browser)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.running.append(running)
        return running

    def run(self, *words):
        """Run it to its end, and return what it said; fails if it ended badly."""
        running = self.begin(*words)
        said, complaint = running.communicate(timeout=LONGEST)
        assert running.returncode == 0, complaint
        return said

    def complaint(self, *words):
        running = self.begin(*words)
        _, complaint = running.communicate(timeout=LONGEST)
        assert running.returncode == 1
        return complaint.strip()

    def stop(self):
        for running in self.running:
            running.kill()
            running.communicate(timeout=LONGEST)


@pytest.fixture
def example(flex, tmp_path):
    example = Example(tmp_path)
    yield example
    example.stop()


def sign_in(example, browser):
    """Sign in as an agent does, and return what the program says in the end."""
    running = example.begin("sign-in")
    assert running.stdout.readline() == "Continue in the browser.\n"
    page = browser.open(example.opened.read_text())
    before = browser.messages()
    page = browser.ask_code(page, NUMBER)
    form = page.form_with("code")
    data = dict(form.form_values()) | {"code": browser.code(after=before)}
    back = follow(browser, "POST", f"{BASE_URL}{form.action}", data)
    assert "Return to the app" in browser.open(back).response.text
    said, complaint = running.communicate(timeout=LONGEST)
    assert running.returncode == 0, complaint
    return said


@pytest.fixture
def browser(phone):
    return phone.like(ANDROID)


def test_the_example_app_signs_in_opens_flex_and_signs_out_again(example, browser):
    assert sign_in(example, browser) == "Signed in on Example app, Android phone.\n"
    assert stat.S_IMODE(example.kept.stat().st_mode) == 0o600
    assert json.loads(example.run("device"))["client_id"] == "example-app"
    assert json.loads(example.run("push", "fcm", "my-address")) == {"provider": "fcm", "address": "my-address"}
    assert Device.objects.get().push_address == "my-address"
    example.run("flex")
    assert browser.arrive(browser.open(example.opened.read_text()))["signed_in"]
    assert example.run("sign-out") == "Signed out.\n"
    assert Device.objects.get().reason == Reason.AGENT
    assert example.complaint("device") == "Nobody is signed in. Sign in first."


def test_the_example_app_continues_without_a_code_or_says_why_not(example, browser):
    sign_in(example, browser)
    kept = json.loads(example.kept.read_text())
    example.kept.write_text(json.dumps(kept | {"valid_until": time.time()}))
    assert "example-app" in example.run("device")
    assert json.loads(example.kept.read_text())["access_token"] != kept["access_token"]
    Device.objects.update(revoked_at=Device.objects.get().enrolled_at, reason=Reason.REPLACED)
    assert "invalid_token" in example.complaint("device")
