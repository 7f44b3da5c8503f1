"""Arabic in Chromium, from right to left; and the longest languages on the narrowest phone."""

import pytest
from django.utils.translation import gettext, override

from tests.phone import NUMBER
from tests.pretend_service import BASE_URL

pytestmark = pytest.mark.slow

NARROW = {"width": 320, "height": 640}
BOXES = """() => [...document.querySelectorAll("nav.languages > *, button, footer a")].map(it => {
  const box = it.getBoundingClientRect();
  return [it.textContent.trim(), Math.round(box.width), Math.round(box.height)];
})"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def is_at_ease(page):
    """No sideways scroll, and every target as wide and high as a thumb."""
    page.wait_for_load_state()  # of a page that a click has just led to
    return page.evaluate(OVERFLOW) <= 0 and not [it for it in page.evaluate(BOXES) if min(it[1:]) < 44]


@pytest.mark.parametrize("language", ["ar", "de", "fr"])
def test_a_whole_sign_in_on_the_narrowest_phone(browser_page, flex, verify, language):
    page = browser_page(locale=language)
    page.set_viewport_size(NARROW)
    with override(language):
        page.goto(f"{flex.url}/sign-in?binding=redirect")
        field = page.get_by_label(gettext("Mobile number"))
        field.fill(NUMBER)
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert field.evaluate("it => getComputedStyle(it).direction") == "ltr"
        assert is_at_ease(page)
        page.get_by_role("button", name=gettext("Send code")).click()
        code = page.get_by_label(gettext("6-digit code"))
        code.press_sequentially("111111")
        page.get_by_role("button", name=gettext("Continue"), exact=True).click()
        page.get_by_role("alert").first.wait_for()
        assert is_at_ease(page)
        code.press_sequentially(verify.state.messages(NUMBER, wait=10)[0].code)
        page.get_by_role("button", name=gettext("Continue"), exact=True).click()
        page.get_by_role("heading", name="Signed in as Ana García").wait_for()
        page.goto(f"{BASE_URL}/me")
        assert is_at_ease(page)
        page.get_by_role("link", name=gettext("Help"), exact=True).click()
        assert is_at_ease(page)


def test_the_language_is_changed_by_a_tap_and_what_was_typed_stays(browser_page, flex):
    page = browser_page(script=False)
    page.goto(f"{flex.url}/sign-in?binding=redirect")
    page.get_by_label("Mobile number").fill("+1 201 555")
    page.get_by_role("button", name="العربية").click()
    with override("ar"):
        assert page.get_by_label(gettext("Mobile number")).input_value() == "+1 201 555"
    page.get_by_role("button", name="Deutsch").click()
    with override("de"):
        assert page.get_by_label(gettext("Mobile number")).input_value() == "+1 201 555"
    assert "+1" not in page.url
