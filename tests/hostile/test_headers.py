"""The headers of responses for browsers, caches and proxies, and the effects of forged request headers."""

import re
import subprocess
import sys
import uuid

import pytest

from idp.audit.models import Kind, LoginEvent
from idp.conf import ROOT
from tests.environment import ENVIRONMENT
from tests.hostile import raw_http
from tests.hostile.authn_requests import BASE_URL, link
from tests.hostile.typing_codes import BEN, at_the_code, give, wrong

FROM_US = {
    "default-src 'none'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}
ANSWERS = {
    "the start": ("GET", "/", 200),
    "the metadata": ("GET", "/saml/metadata", 200),
    "the token keys": ("GET", "/.well-known/jwks.json", 200),
    "health": ("GET", "/healthz", 200),
    "readiness": ("GET", "/readyz", 200),
    "figures nobody asked for": ("GET", "/metrics", 404),
    "no request": ("GET", "/saml/sso", 400),
    "an empty post": ("POST", "/saml/sso", 400),
    "a request": ("GET", link().removeprefix(BASE_URL), 303),
    "no flow": ("GET", f"/login/{uuid.uuid4()}", 410),
    "no answer": ("GET", f"/saml/respond/{uuid.uuid4()}", 410),
    "a form without its token": ("POST", f"/login/{uuid.uuid4()}", 403),
    "no such page": ("GET", "/nothing", 404),
    "a wrong method": ("OPTIONS", "/saml/metadata", 405),
    "an endless address": ("GET", f"/?{'x' * 40_000}", 414),
    "the operators' sign-in": ("GET", "/admin/login/", 200),
    "the operators' rooms": ("GET", "/admin/agents/agent/", 302),
}


def directives(answer):
    """Return the Content-Security-Policy without its nonce."""
    text = re.sub(r" 'nonce-[^']+'", " (nonce)", answer.headers["Content-Security-Policy"])
    return {it.strip() for it in text.split(";")}


@pytest.mark.any_database
@pytest.mark.parametrize(("method", "target", "status"), ANSWERS.values(), ids=ANSWERS)
def test_every_response_forbids_frames_scripts_caches_and_other_origins(outcome, method, target, status):
    answer = raw_http.fetch(BASE_URL, target, method=method)
    headers = answer.headers
    assert answer.status_code == status
    assert directives(answer) >= FROM_US
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
    assert headers["Referrer-Policy"] == "same-origin"
    assert not [name for name in headers if name.lower().startswith("access-control-")]
    assert outcome.log.lines(headers["X-Reference"], "request")


def test_nothing_but_public_keys_may_be_cached(outcome):
    for method, target, status in ANSWERS.values():
        headers = raw_http.fetch(BASE_URL, target, method=method).headers
        public = target in {"/saml/metadata", "/.well-known/jwks.json"} and status == 200
        assert headers["Cache-Control"].startswith("public, max-age=300" if public else ("no-store", "max-age=0"))
        assert public or "Cookie" in headers["Vary"]


def test_the_pages_of_a_sign_in_forbid_the_same(outcome, phone):
    pages = [phone.ask_flex(), at_the_code(phone, BEN), give(phone, at_the_code(phone), wrong(phone))]
    for page in pages:
        assert directives(page.response) >= {*FROM_US, "form-action 'self'", "script-src 'self' (nonce)"}
        assert page.response.headers["Cache-Control"] == "no-store"
        assert "Cookie" in page.response.headers["Vary"]


def test_the_page_that_posts_the_response_lets_the_service_redirect_to_another_origin(outcome, phone):
    page = give(phone, at_the_code(phone), phone.code())
    assert directives(page.response) >= {*FROM_US, "form-action 'self' http:"}
    assert {script.get("nonce") for script in page.html.xpath("//script")} == {nonce(page)}
    assert page.html.xpath("//*[@style] | //*[@onclick] | //iframe | //script[@src]") == []


def nonce(page):
    return re.search("'nonce-([^']+)'", page.response.headers["Content-Security-Policy"])[1]


def test_a_nonce_is_used_once(outcome, phone):
    page = phone.ask_flex()
    assert nonce(page) != nonce(phone.open(page.url))


@pytest.mark.parametrize("target", ["/", link().removeprefix(BASE_URL), "/nothing"], ids=["start", "login", "error"])
def test_no_page_loads_anything_from_another_host(outcome, phone, target):
    page = phone.open(BASE_URL + target)
    linked = [it for it in page.html.xpath("//@href | //@src | //@action") if it.startswith(("http", "//"))]
    assert linked == []


NO_TOKEN = 404  # none is set, so there are no metrics
FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "444",
    "X-Forwarded-Server": "evil.example",
    "X-Original-URL": "/admin/",
    "X-Rewrite-URL": "/admin/",
    "Forwarded": "host=evil.example;proto=https",
    "X-HTTP-Method-Override": "DELETE",
    "Origin": "https://evil.example",
    "Accept-Language": "x" * 3000,
}


@pytest.mark.any_database
@pytest.mark.parametrize("header", FORGED)
def test_forged_headers_do_not_change_the_metadata(outcome, header):
    honest = raw_http.fetch(BASE_URL, "/saml/metadata")
    forged = raw_http.fetch(BASE_URL, "/saml/metadata", headers={header: FORGED[header]})
    assert (forged.status_code, forged.text) == (200, honest.text)
    assert "evil.example" not in str(forged.headers)


def test_another_allowed_host_name_does_not_change_the_metadata(outcome):
    honest = raw_http.fetch(BASE_URL, "/saml/metadata")
    named = raw_http.fetch(BASE_URL, "/saml/metadata", headers={"Host": "127.0.0.1"})
    assert named.text == honest.text
    answer = raw_http.fetch(BASE_URL, link().removeprefix(BASE_URL), headers={"Host": "127.0.0.1"})
    assert answer.headers["Location"].startswith("/login/")


@pytest.mark.any_database
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "a b", "", "[::"])
def test_an_unknown_host_header_is_rejected(outcome, host):
    for target in ("/", "/saml/metadata", "/saml/sso", "/admin/"):
        page = raw_http.send(BASE_URL, target, headers={"Host": host})
        outcome.refused(page, 400, "bad_request")
        assert "evil.example" not in page.response.text


@pytest.mark.any_database
@pytest.mark.parametrize(("target", "status"), [("/healthz", 200), ("/readyz", 200), ("/metrics", NO_TOKEN)])
def test_monitors_may_ask_a_server_or_pod_by_its_own_address(outcome, target, status):
    for host in ("10.1.2.3:8000", "latchkey-0.latchkey", ""):
        assert raw_http.send(BASE_URL, target, headers={"Host": host}).status == status


CHAINS = {
    "none": (0, None, "127.0.0.1"),
    "one that nobody asked for": (0, "203.0.113.9", "127.0.0.1"),
    "from our proxy": (1, "203.0.113.9", "203.0.113.9"),
    "with a forged start": (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
    "shorter than our proxies": (2, "203.0.113.9", "127.0.0.1"),
    "empty": (1, "", "127.0.0.1"),
    "garbled": (1, "203.0.113.9, <script>", "127.0.0.1"),
    "of IPv6": (1, "2001:db8::1", "2001:db8::1"),
    "with a port": (1, "203.0.113.9:4711", "127.0.0.1"),
    "endless": (1, ", ".join(["203.0.113.9"] * 2000), "203.0.113.9"),
}


@pytest.mark.parametrize(("proxies", "chain", "address"), CHAINS.values(), ids=CHAINS)
def test_the_address_in_the_trail_is_the_one_that_the_trusted_proxy_saw(phone, settings, proxies, chain, address):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"trusted_proxies": proxies})
    page = at_the_code(phone)
    phone.http.headers.update({} if chain is None else {"X-Forwarded-For": chain})
    give(phone, page, wrong(phone))
    assert LoginEvent.objects.get(kind=Kind.CODE_WRONG).address == address


DEMO_ONLY = {"LATCHKEY_DEMO", "LATCHKEY_VERIFY_BASE_URL"}
ON_HTTPS = """
import django
django.setup()
from django.conf import settings
from django.test import Client
answer = Client().get("/healthz", secure=True, headers={"host": "login.acme.example"})
print(answer.status_code, answer["Strict-Transport-Security"], settings.CSRF_COOKIE_NAME, settings.CSRF_COOKIE_SECURE)
"""


@pytest.mark.long
def test_on_https_browsers_are_told_to_use_only_https():
    production = {name: value for name, value in ENVIRONMENT.items() if name not in DEMO_ONLY}
    place = {"LATCHKEY_BASE_URL": "https://login.acme.example", "DATABASE_URL": "sqlite://"}
    environment = {**production, **place, "DJANGO_SETTINGS_MODULE": "idp.settings"}
    code = [sys.executable, "-c", ON_HTTPS]
    done = subprocess.run(code, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].split() == ["200", "max-age=31536000", "__Host-latchkey-form", "True"]
