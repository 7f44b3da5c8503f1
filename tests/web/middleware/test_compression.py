"""Answers are packed as Django would, in less time."""

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.middleware.gzip import GZipMiddleware
from django.test import RequestFactory

from idp.web.middleware.compression import PADDING, compress_responses, pack

LONG = b"<p>Signing you in</p>" * 40
ANSWERS = {
    "a page": lambda: HttpResponse(LONG),
    "a page with a length": lambda: HttpResponse(LONG, headers={"Content-Length": str(len(LONG))}),
    "what differs by language": lambda: HttpResponse(LONG, headers={"Vary": "Accept-Language"}),
    "a short one": lambda: HttpResponse(b"ok"),
    "one without anything": lambda: HttpResponse(status=204),
    "one that is packed": lambda: HttpResponse(LONG, headers={"Content-Encoding": "br"}),
    "one that gets no shorter": lambda: HttpResponse(bytes(range(256))),
    "one in pieces": lambda: StreamingHttpResponse([LONG, LONG]),
}
ASKED = {"gzip": "gzip, deflate, br", "nothing": None, "something else": "br", "a longer word": "gzipped"}


def answered(middleware, answer, accepted):
    headers = {"Accept-Encoding": accepted} if accepted else {}
    response = middleware(lambda _: answer())(RequestFactory().get("/", headers=headers))
    body = b"".join(response) if response.streaming else response.content
    told = dict(response.items())
    if told.get("Content-Encoding") == "gzip":
        assert told.pop("Content-Length", str(len(body))) == str(len(body))
        body = gzip.decompress(body)
    return body, told


@pytest.mark.parametrize("accepted", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_browser_gets_what_django_would_send(answer, accepted):
    assert answered(compress_responses, answer, accepted) == answered(GZipMiddleware, answer, accepted)


@pytest.mark.parametrize(
    ("accepted", "taken"),
    {"gzip;q=0": False, "br, gzip ; q=0.0, *": False, "gzip;q=0.1": True, "gzip;q=1.0": True}.items(),
)
def test_a_browser_that_refuses_gzip_gets_plain_responses(accepted, taken):
    body, told = answered(compress_responses, ANSWERS["a page"], accepted)
    assert body == LONG
    assert (told.get("Content-Encoding"), told["Vary"]) == ("gzip" if taken else None, "Accept-Encoding")


def test_the_length_of_a_response_reveals_no_secret():
    lengths = {len(pack(LONG)) for _ in range(2000)}
    assert max(lengths) - min(lengths) == PADDING - 1
    assert len(lengths) > PADDING * 0.9
