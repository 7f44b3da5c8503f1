"""Charsets that no browser names: a request is read as UTF-8 all the same, and is no error of Latchkey."""

import pytest
from django.test import Client

CHARSETS = ["rot13", "zlib", "undefined", "unicode_escape", "utf-7", "utf-16"]
PART = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
TYPED = "+2AA- \\ud800"
"""Half of a pair, in UTF-7 and as Python escapes it."""


@pytest.fixture
def browser():
    return Client(raise_request_exception=False)


def a_form(**fields):
    parts = "".join(f"--x\r\n{PART.format(name, value)}" for name, value in fields.items())
    return f"{parts}--x--\r\n".encode()


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_form_in_a_charset_of_pythons_own_is_read_as_utf_8(browser, db, charset):
    form = a_form(username=TYPED, password="x", otp_token="123456")
    answer = browser.generic("POST", "/admin/login/", form, f"multipart/form-data; boundary=x; charset={charset}")
    assert answer.status_code == 200
    assert answer.context["form"]["username"].value() == TYPED


@pytest.mark.parametrize("charset", CHARSETS)
def test_so_is_a_query_string(browser, db, charset):
    answer = browser.get("/help?lang=%65s&by=%5Cud800", headers={"content-type": f"text/plain; charset={charset}"})
    assert (answer.status_code, answer["Content-Language"]) == (200, "es")
