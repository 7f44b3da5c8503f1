"""A text with the domain line, in Chromium: the phone fills in the code."""

import pytest

from tests.journeys.browser_sign_in import code, go_to_sign_in
from tests.phone import NUMBER

pytestmark = pytest.mark.slow

# Chromium hears texts on a phone only; what the phone would do is played by the test.
HANDED_OVER = """
window.OTPCredential = function () {};
navigator.credentials.get = (asked) => new Promise((resolve, reject) => {
  window.handOver = (code) => resolve({ code });
  asked.signal.addEventListener("abort", () => reject(new Error("aborted")));
});
"""


@pytest.fixture
def page(browser_page, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"web_otp": True})
    page = browser_page("Android")
    page.add_init_script(HANDED_OVER)
    return page


def ask_for_the_code(page, flex):
    go_to_sign_in(page, flex, "redirect", script=True)
    page.get_by_label("Mobile number").fill(NUMBER)
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("6-digit code").wait_for()


def test_a_code_from_the_phones_web_otp_signs_in(page, flex, verify):
    ask_for_the_code(page, flex)
    page.evaluate("code => handOver(code)", code(verify))
    page.get_by_role("heading", name="Signed in as Ana García").wait_for()


def test_a_code_typed_before_the_web_otp_is_sent_once(page, flex, verify):
    ask_for_the_code(page, flex)
    page.get_by_label("6-digit code").press_sequentially(code(verify))
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_role("heading", name="Signed in as Ana García").wait_for()
    assert verify.state.counters()["paths"]["POST VerificationCheck"] == 1
