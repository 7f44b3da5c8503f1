"""An agent signs in with a code in a real browser."""

import json

from tests.phone import NUMBER


def code(verify, after=0):
    return verify.state.messages(NUMBER, after=after, wait=10)[0].code


def go_to_sign_in(page, flex, binding, *, script):
    page.goto(f"{flex.url}/sign-in?binding={binding}")
    if binding == "post" and not script:
        page.get_by_role("button", name="Continue").click()
    page.get_by_label("Mobile number").wait_for()


def type_number_and_code(page, verify, *, after=0):
    page.get_by_label("Mobile number").fill(NUMBER)
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("6-digit code").press_sequentially(code(verify, after))
    page.get_by_role("button", name="Continue", exact=True).click()


def arrive(page, flex, *, script):
    if not script:
        page.get_by_role("button", name="Continue to Flex").click()
    page.get_by_role("heading", name="Signed in as Ana García").wait_for()
    page.goto(f"{flex.url}/session.json")
    return json.loads(page.locator("body").inner_text())
