"""The sign-in in Chromium, as an iPhone and as an Android phone, with script on and off."""

import pytest

from tests.journeys.browser_sign_in import arrive, code, go_to_sign_in, type_number_and_code
from tests.phone import NUMBER

pytestmark = pytest.mark.slow

SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
BINDINGS = pytest.mark.parametrize("binding", ["redirect", "post"])


@pytest.mark.parametrize("dress", ["iPhone", "Android"])
@SCRIPT
def test_an_agent_signs_in_with_a_code(browser_page, flex, verify, dress, script):
    page = browser_page(dress, script=script)
    go_to_sign_in(page, flex, "redirect", script=script)
    type_number_and_code(page, verify)
    known = arrive(page, flex, script=script)
    assert known["attributes"]["email"] == ["ana@acme.example"]


@SCRIPT
@BINDINGS
def test_the_next_sign_in_asks_nothing(browser_page, flex, verify, script, binding):
    page = browser_page(script=script)
    go_to_sign_in(page, flex, binding, script=script)
    type_number_and_code(page, verify)
    arrive(page, flex, script=script)
    page.goto(f"{flex.url}/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in by POST" if binding == "post" else "Sign in", exact=True).click()
    if binding == "post" and not script:
        page.get_by_role("button", name="Continue").click()
    assert arrive(page, flex, script=script)["signed_in"]


def test_an_autofilled_code_is_sent_at_once(browser_page, flex, verify):
    page = browser_page()
    go_to_sign_in(page, flex, "redirect", script=True)
    page.get_by_label("Mobile number").fill(NUMBER)
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("6-digit code").fill(code(verify))
    assert arrive(page, flex, script=True)["signed_in"]


def test_typing_six_digits_sends_nothing_by_itself(browser_page, flex, verify):
    page = browser_page()
    go_to_sign_in(page, flex, "redirect", script=True)
    page.get_by_label("Mobile number").fill(NUMBER)
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("6-digit code").press_sequentially(code(verify))
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("heading", name="Enter the code").is_visible()


def test_a_signed_out_phone_reads_why(browser_page, flex, verify):
    iphone, android = browser_page("iPhone"), browser_page("Android")
    for after, page in enumerate([iphone, android]):
        go_to_sign_in(page, flex, "redirect", script=True)
        type_number_and_code(page, verify, after=after)
        arrive(page, flex, script=True)
    iphone.goto(f"{flex.url}/sign-in")
    iphone.get_by_role("heading", name="You signed in on another phone").wait_for()
    assert "Android phone, Chrome" in iphone.locator("main").inner_text()


def test_back_after_signing_in_shows_no_error(browser_page, flex, verify):
    page = browser_page()
    go_to_sign_in(page, flex, "redirect", script=True)
    type_number_and_code(page, verify)
    page.get_by_role("heading", name="Signed in as Ana García").wait_for()
    page.go_back()
    page.wait_for_load_state()
    assert "went wrong" not in page.locator("body").inner_text()


def test_back_and_reload_among_pages_that_answered_a_form_post_nothing_again(browser_page, flex, verify):
    page = browser_page("iPhone")
    go_to_sign_in(page, flex, "redirect", script=True)
    for typed in ("1", "2"):
        page.get_by_label("Mobile number").fill(typed)
        page.get_by_role("button", name="Send code").click()
        page.get_by_role("alert").wait_for()
    page.go_back()
    page.get_by_label("Mobile number").wait_for()
    page.reload()
    assert page.get_by_role("alert").count() == 0


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways(browser_page, flex, verify, width):
    page = browser_page()
    page.set_viewport_size({"width": width, "height": 700})
    go_to_sign_in(page, flex, "redirect", script=True)
    fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(fits)
    page.get_by_label("Mobile number").fill(NUMBER)
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("6-digit code").wait_for()
    assert page.evaluate(fits)
