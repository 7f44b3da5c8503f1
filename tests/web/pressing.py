"""Buttons of the admin, pressed by what stands on them."""

from lxml import html


def press(browser, page, words, **typed):
    """Press the one button of a page that says this, with its form filled in as it stands."""
    (button,) = [it for it in html.fromstring(page.text).iter("button") if " ".join(it.text_content().split()) == words]
    form = next(it for it in button.iterancestors("form"))
    address = button.get("formaction") or form.get("action") or page.request["PATH_INFO"]
    own = {button.get("name"): button.get("value", "")} if button.get("name") else {}
    filled = {}
    for name, value in form.form_values():
        filled.setdefault(name, []).append(value)
    return browser.post(address, filled | own | typed, follow=True)


def buttons(page):
    return [" ".join(it.text_content().split()) for it in html.fromstring(page.text).iter("button")]
