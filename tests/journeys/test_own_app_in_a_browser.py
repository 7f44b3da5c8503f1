"""The sign-in of an own app in a real browser, which enforces the form's policy on every redirect."""

import pytest

from tests.journeys.browser_sign_in import type_number_and_code
from tests.native.own_app import AUTHORIZE, OwnApp, a_client, told

pytestmark = pytest.mark.slow

REDIRECT = "http://127.0.0.1:9/signed-in"


def test_after_the_code_the_browser_leaves_for_the_app(browser_page, phone, verify):
    a_client(redirects=(REDIRECT,))
    address, state = OwnApp(phone, redirect_uri=REDIRECT).session.authorization_url(AUTHORIZE)
    page = browser_page()
    page.route("http://127.0.0.1:9/**", lambda route: route.fulfill(body="back in the app"))
    page.goto(address)
    type_number_and_code(page, verify)
    page.wait_for_url(f"{REDIRECT}**")
    assert told(page.url)["state"] == state
