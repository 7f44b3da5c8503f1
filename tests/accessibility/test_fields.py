"""The attributes of each field for phones, and the handling of what phones fill in."""

import re

import pytest

from tests.hostile.typing_codes import wrong
from tests.journeys.browser_sign_in import go_to_sign_in
from tests.journeys.test_setting_up_factors import allowed  # noqa: F401 - a fixture
from tests.other_codes import at_the_code
from tests.phone import NUMBER
from tests.pretend_service import BASE_URL

pytestmark = pytest.mark.any_database

FORBIDDEN = {
    "maxlength",
    "minlength",
    "pattern",
    "autofocus",
    "placeholder",
    "readonly",
    "required",
    "title",
    "onpaste",
}
"""What gets between a person and a field: masks, bubbles of the browser, and a keyboard nobody asked for."""
CODE = {
    "type": "text",
    "name": "code",
    "id": "code",
    "inputmode": "numeric",
    "autocomplete": "one-time-code",
    "dir": "ltr",
}
BACKUP = {"type": "text", "name": "code", "id": "backup", "autocomplete": "off", "autocapitalize": "characters"}
NUMBER_FIELD = {
    "type": "tel",
    "name": "identifier",
    "id": "identifier",
    "inputmode": "tel",
    "autocomplete": "tel webauthn",
    "dir": "ltr",
}
EMAIL = {
    "type": "email",
    "name": "identifier",
    "id": "identifier",
    "autocomplete": "email webauthn",
    "autocapitalize": "none",
    "spellcheck": "false",
    "dir": "ltr",
}
FIELDS = {
    "a number": (NUMBER_FIELD, lambda phone: phone.ask_flex()),
    "a mistyped number": (NUMBER_FIELD, lambda phone: phone.ask_code(phone.ask_flex(), "1")),
    "an email": (EMAIL, lambda phone: phone.open(phone.ask_flex().url, by="email")),
    "a code": (CODE, lambda phone: phone.ask_code(phone.ask_flex())),
    "a wrong code": (CODE, lambda phone: phone.submit(phone.ask_code(phone.ask_flex()), "code", code="1")),
    "an app's code": (CODE, lambda phone: at_the_code(phone, "app")),
    "a recovery code": (BACKUP, lambda phone: at_the_code(phone, "backup")),
    "an authenticator's code": (CODE, lambda phone: phone.sign_in() and phone.open(f"{BASE_URL}/me/authenticator")),
}


@pytest.mark.parametrize(("told", "reach"), FIELDS.values(), ids=FIELDS)
def test_each_field_has_its_autocomplete_and_keyboard_and_allows_pasting(phone, allowed, told, reach):  # noqa: F811
    page = reach(phone)
    (field,) = page.html.xpath("//input[not(@type='hidden')]")
    assert {name: field.get(name) for name in told} == told
    assert not FORBIDDEN & set(field.keys())
    assert page.html.xpath(f"//label[@for='{field.get('id')}']")
    described = (field.get("aria-describedby") or "").split()
    assert [it for it in described if not page.html.xpath(f"//*[@id='{it}']")] == []
    assert (field.get("aria-invalid") == "true") == bool(page.html.xpath("//*[@role='alert']"))


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")  # noqa: RUF001 - as Japanese keyboards write them


@pytest.mark.slow
def test_a_pasted_code_is_sent_at_once_in_any_notation(browser_page, flex, verify, phone):
    page = browser_page()
    go_to_sign_in(page, flex, "redirect", script=True)
    page.get_by_label("Mobile number").fill(NUMBER)
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("6-digit code").wait_for()
    code = wrong(phone)
    for left, text in enumerate((f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}", code.translate(FULL_WIDTH))):
        page.get_by_label("6-digit code").focus()
        page.keyboard.insert_text(text)
        page.get_by_text("try left" if left == 3 else f"{3 - left} tr").wait_for()


TAPPED_TWICE = """
(it) => {
  const seen = [];
  it.click();
  it.click();
  seen.push(it.getAttribute("aria-disabled"));
  dispatchEvent(new Event("pageshow"));
  return [...seen, it.getAttribute("aria-disabled")];
}
"""


@pytest.mark.slow
def test_a_second_tap_is_ignored_and_a_page_works_again_after_going_back(browser_page, flex, verify):
    page, sent = browser_page(), []
    go_to_sign_in(page, flex, "redirect", script=True)
    page.route(re.compile("/login/"), lambda route: sent.append(route.request.method) or route.fulfill(status=204))
    page.get_by_label("Mobile number").fill(NUMBER)
    with page.expect_request(re.compile("/login/")):
        assert page.get_by_role("button", name="Send code").evaluate(TAPPED_TWICE) == ["true", None]
    page.wait_for_function("document.readyState == 'complete'")
    assert sent == ["POST"]
