"""The headers of an answer are Django's in all that they do."""

import itertools

import pytest
from django.http import HttpResponse
from django.http.response import BadHeaderError
from django.utils.safestring import mark_safe

from idp.web.headers import Headers

DJANGOS = Headers.__base__
NAMES = ["Vary", "vary", "X-a b", "", "Ü", "a\n", b"Bytes", 7]
VALUES = ["Cookie", "", "é", "☎", "a\nb", "a\rb", "\t", "\x7f", b"octets", b"\xff", 5, None, mark_safe("safe")]


def told(kind, given):
    """Return all that headers of a kind tell once these were set, or what they refused them with."""
    headers = kind({})
    try:
        for name, value in given:
            headers[name] = value
    except Exception as error:  # noqa: BLE001 - whatever it is, both say it
        return type(error), str(error)
    asked = {name: (name in headers, headers.get(name), headers.get(name, "none")) for name in map(str, NAMES)}
    return asked, [*headers.items()], [*headers], repr(headers), len(headers), [*map(type, headers.values())]


def test_headers_are_stored_or_rejected_as_django_does():
    for name, value in itertools.product(NAMES, VALUES):
        given = [("Vary", "Accept"), (name, value), ("vary", "last")]
        assert told(Headers, given[:2]) == told(DJANGOS, given[:2]), given
        assert told(Headers, given) == told(DJANGOS, given), given


def test_equal_headers_compare_equal_to_djangos():
    assert Headers({"A": "1", "B": "2"}) == DJANGOS({"b": "2", "a": "1"})
    assert Headers({"A": "1"}) != Headers({"A": "2"})


def test_every_response_uses_the_faster_headers():
    answer = HttpResponse("x", headers={"X-A": "1"})
    assert type(answer.headers) is Headers
    del answer["x-a"]
    assert dict(answer.items()) == {"Content-Type": "text/html; charset=utf-8"}
    with pytest.raises(BadHeaderError):
        answer["Location"] = "/\r\nSet-Cookie: a=b"
