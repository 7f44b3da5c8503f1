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


def wrong_ones(phone, count, number=NUMBER):
    """Return different wrong codes: the same one from the same page is a reload, and costs one try."""
    right = phone.code(number)
    return [it for it in (f"{n:06}" for n in range(count + 1)) if it != right][:count]


def give(phone, page, code, **others):
    return phone.submit(page, "code", code=code, **others)
