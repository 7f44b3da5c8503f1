"""The way to the page that asks for the code, and the codes typed there."""

from tests.phone import NUMBER

BEN = "+12015550102"


def at_the_code(phone, number=NUMBER):
    """Go as far as the page that asks for the code, and wait for the text."""
    before = phone.messages(number)
    page = phone.ask_code(phone.ask_flex(), number)
    phone.code(number, after=before)
    return page


def wrong(phone, number=NUMBER):
    return "111111" if phone.code(number) != "111111" else "222222"


def give(phone, page, code, **others):
    return phone.submit(page, "code", code=code, **others)
