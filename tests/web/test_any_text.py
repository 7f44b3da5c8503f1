"""Operators' forms, filled in with what somebody may paste: whatever the database, no error of Latchkey."""

from itertools import cycle
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import transaction
from django.urls import resolve
from lxml import html

from tests.conftest import NOW
from tests.web import seeded
from tests.web.admin.test_every_page import pages
from tests.web.conftest import inside

pytestmark = pytest.mark.each_database

ODD = {
    "a nul": "Ana\0Lima",
    "a number beyond every column": "1" + "0" * 30,
    "the first day": "0001-01-01",
    "the last instant": "9999-12-31 23:59:59",
    "a long text with quotes, from right to left": "\u202e'\"`;--<b>&%s{{7*7}}(((" * 1000,
}
UNTYPED = ("csrfmiddlewaretoken", "_FORMS")
"""What the names of fields that nobody types into end with."""
MANY = 80


def filled_in(form):
    """What a browser would send, with the first button pressed."""
    button = next(iter(form.xpath(".//button[@name]|.//input[@type='submit'][@name]")), {})
    fields = {button.get("name"): [button.get("value", "")]}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    return {name: values for name, values in fields.items() if name}


def forms(browser):
    """Every form of the admin once: how and where it is sent, and its fields."""
    found = {}
    for page in pages():
        answer = browser.get(page, follow=True)
        shown = html.fromstring(answer.content) if answer.content.startswith(b"<!") else html.Element("none")
        for form in shown.iter("form"):
            method, at = form.method.lower(), urljoin(answer.request["PATH_INFO"], form.action or "")
            names = frozenset(it for it in form.fields if it and not it.endswith(UNTYPED))
            found.setdefault((method, resolve(urlsplit(at).path).view_name, names), (at, filled_in(form)))
    return [(method, at, fields, sorted(names)) for (method, _, names), (at, fields) in found.items()]


def status(browser, method, at, fields):
    """The status of the answer. What was saved is undone, so that the next form finds the place as it was."""
    with transaction.atomic():
        answer = getattr(browser, method)(at, fields)
        transaction.set_rollback(True)
    return answer.status_code


@pytest.mark.long
@pytest.mark.timeout(600)
def test_no_text_in_any_field_of_any_form_is_an_error_of_latchkey(operator, keys, clock):
    seeded.everything(operator, NOW)
    browser, another = inside(operator), cycle(ODD)
    every, failed = forms(browser), []
    for method, at, fields, names in every:
        typed = [(names, what) for what in ODD] + [([name], next(another)) for name in names]
        for where, what in typed:
            if status(browser, method, at, fields | dict.fromkeys(where, ODD[what])) >= 500:
                failed.append((at, where, what))
    assert (failed, len(every) >= MANY) == ([], True)
