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
    page.goto(address)
    with page.expect_request(f"{REDIRECT}**") as asked:  # nobody listens there; what counts is that the browser goes
        type_number_and_code(page, verify)
    assert told(asked.value.url)["state"] == state
