"""The security headers of every address, for everybody and for every kind of response."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path, resolve

from tests.hostile.every_address import addresses
from tests.web.conftest import a_superuser, inside

pytestmark = [pytest.mark.long, pytest.mark.any_database]

ON_EVERY_ANSWER = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}
IN_EVERY_POLICY = {
    "default-src 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}
SAYS_ITS_LETTERS = re.compile(r'(text/|application/(.+\+)?xml).*; charset="?utf-8', re.IGNORECASE)
NEEDS_NONE = re.compile(r"application/(.+\+)?json|image/|font/|application/octet-stream")
METHODS = ("get", "post", "options", "delete")


@pytest.fixture
def https(settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.ALLOWED_HOSTS = ["testserver"]


def faults(answer):
    """Name what an answer lacks."""
    policy = {it.strip() for it in answer.get("Content-Security-Policy", "").split(";")}
    yield from (name for name, value in ON_EVERY_ANSWER.items() if answer.get(name) != value)
    yield from IN_EVERY_POLICY - policy
    yield from (it for it in policy if "unsafe" in it or "*" in it)
    yield from (name for name in answer.headers if name.lower().startswith("access-control-"))
    yield from [] if answer.has_header("X-Reference") else ["X-Reference"]
    kind = answer.get("Content-Type", "")
    if not answer.streaming and answer.content and not (SAYS_ITS_LETTERS.match(kind) or NEEDS_NONE.match(kind)):
        yield f"Content-Type {kind!r}"


def walk(browser, methods=METHODS):
    """Ask at every address; return the statuses that came, and what lacked where."""
    statuses, lacking = set(), {}
    for address in addresses():
        for method in methods:
            answer = getattr(browser, method)(address, secure=True)
            statuses.add(answer.status_code)
            if found := sorted(faults(answer)):
                lacking[method, address, answer.status_code] = found
    return statuses, lacking


def test_each_address_leads_to_its_own_view():
    astray = [(at, view) for at, view in addresses().items() if resolve(at).func is not view]
    assert astray == []
    assert {"/", "/saml/sso", "/metrics", "/.well-known/jwks.json", "/admin/agents/agent/"} <= addresses().keys()


def test_every_response_to_a_stranger_has_the_security_headers(db, keys, https):
    statuses, lacking = walk(Client())
    assert lacking == {}
    assert {200, 302, 303, 400, 401, 403, 404, 405} <= statuses
    assert not any(status >= 500 for status in statuses)


def test_every_page_of_the_admin_has_the_security_headers(db, keys, https):
    statuses, lacking = walk(inside(a_superuser()), methods=["get"])
    assert lacking == {}
    assert {200, 302, 404} <= statuses


def test_static_files_have_the_security_headers(db, https):
    browser = Client()
    named = ["admin/css/base.css", "admin/img/icon-yes.svg", "admin/js/theme.js"]
    for name in named:
        answer = browser.get(f"/static/{name}", secure=True)
        assert (name, answer.status_code, sorted(faults(answer))) == (name, 200, [])
        answer.close()
    for name in ("nothing.css", "", "admin/"):
        missing = browser.get(f"/static/{name}", secure=True)
        assert (name, missing.status_code, sorted(faults(missing))) == (name, 404, [])


def breaks(request):
    raise ArithmeticError("nobody thought of this")


urlpatterns = [path("breaks", breaks), path("bare", lambda _: HttpResponse("text"))]
handler500 = "idp.web.error_views.server_error"


@pytest.mark.urls(__name__)
def test_an_unexpected_error_has_the_security_headers(db, https):
    answer = Client(raise_request_exception=False).get("/breaks", secure=True)
    assert (answer.status_code, sorted(faults(answer))) == (500, [])


@pytest.mark.urls(__name__)
def test_a_response_without_security_headers_is_found(db, https, settings):
    settings.MIDDLEWARE = []
    answer = Client().get("/bare", secure=True)
    assert {*ON_EVERY_ANSWER, *IN_EVERY_POLICY, "X-Reference"} <= set(faults(answer))
