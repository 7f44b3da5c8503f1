"""Requests that other pages, prefetchers and scanners make a browser send."""

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from idp.login.models import LoginFlow
from tests.hostile import raw_http
from tests.hostile.authn_requests import BASE_URL, link
from tests.hostile.responses import response_on
from tests.hostile.typing_codes import at_the_code, give
from tests.phone import Page

pytestmark = pytest.mark.any_database


def post(phone, url, *, headers=None, **data):
    return Page(phone.http.post(url, data=data, headers=headers, allow_redirects=False))


def token_on(page):
    return page.html.forms[0].fields["csrfmiddlewaretoken"]


TOKENS = {"none": {}, "an empty one": {"csrfmiddlewaretoken": ""}, "another": {"csrfmiddlewaretoken": "x" * 64}}


@pytest.mark.parametrize("fields", TOKENS.values(), ids=TOKENS)
def test_a_form_without_its_csrf_token_is_rejected(outcome, phone, fields):
    page = at_the_code(phone)
    outcome.start()
    for url in (page.url, page.url.replace("/login/", "/saml/respond/")):
        outcome.refused(post(phone, url, code=phone.code(), **fields), 403, "form_too_old")


ORIGINS = {
    "elsewhere": "https://evil.example",
    "nowhere": "null",
    "a look-alike": f"{BASE_URL}.evil.example",
    "endless": "x" * 2000,
}


@pytest.mark.parametrize("origin", ORIGINS.values(), ids=ORIGINS)
def test_a_form_from_another_origin_is_rejected_even_with_its_csrf_token(outcome, phone, origin):
    page = at_the_code(phone)
    outcome.start()
    fields = {"csrfmiddlewaretoken": token_on(page), "code": phone.code()}
    outcome.refused(post(phone, page.url, headers={"Origin": origin}, **fields), 403, "form_too_old")


def test_a_form_from_latchkeys_own_origin_is_accepted(outcome, phone):
    page = at_the_code(phone)
    fields = {"csrfmiddlewaretoken": token_on(page), "code": phone.code()}
    assert post(phone, page.url, headers={"Origin": BASE_URL}, **fields).status == 303


def test_the_csrf_token_of_another_browser_is_rejected(outcome, phone):
    page, other = at_the_code(phone), phone.like()
    theirs = token_on(other.ask_flex())
    outcome.start()
    outcome.refused(post(phone, page.url, csrfmiddlewaretoken=theirs, code=phone.code()), 403, "form_too_old")


METHODS = ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "X" * 50]


@pytest.mark.parametrize("method", METHODS)
def test_other_methods_have_no_effect(outcome, phone, verify, method):
    page = at_the_code(phone)
    cookies = "; ".join(f"{name}={value}" for name, value in phone.http.cookies.get_dict().items())
    calls = verify.state.counters()
    outcome.start()
    for target in (page.url.removeprefix(BASE_URL), link().removeprefix(BASE_URL)):
        answer = raw_http.send(BASE_URL, target, method=method, headers={"Cookie": cookies, "X-Trace": "canary"})
        assert answer.status in {403, 405}
        assert answer.reference
        assert "canary" not in answer.response.text
        outcome.nothing_written()
    assert verify.state.counters() == calls


def test_a_method_that_is_not_allowed_gets_an_error_page(outcome):
    page = raw_http.send(BASE_URL, link().removeprefix(BASE_URL), method="OPTIONS")
    outcome.refused(page, 405, "wrong_method")
    assert page.response.headers["Allow"] == "GET, POST"


def test_a_browsers_prefetch_sends_no_text(outcome, phone, verify):
    page = at_the_code(phone)
    calls = verify.state.counters()
    outcome.start()
    ahead = {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch", "X-Moz": "prefetch"}
    for query in ("", "?identifier=%2B12015550101", "?code=123456", "?again=sms", "?change=number", "?by=email"):
        assert phone.http.get(page.url + query, headers=ahead).status_code == 200
    outcome.nothing_written()
    assert verify.state.counters() == calls


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "/%09/evil.example",
    "/%2f%2fevil.example",
    "//evil.example%2f..",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "\t//evil.example",
    "//localhost@evil.example",
    "https://localhost.evil.example",
    "/login/../../evil.example",
    "..//evil.example",
    "\u2028//evil.example",
    "//\u3002evil.example",
    "",
]
NAMES = ["next", "return_to", "redirect_uri", "url", "RelayState", "continue"]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_parameter_redirects_to_another_host(outcome, phone, flex, address):
    wishes = dict.fromkeys(NAMES, address)
    page = phone.open(phone.ask_flex().url, **wishes)
    hops = page.response.history
    page = phone.submit(page, "identifier", identifier="+12015550101", **wishes)
    page = phone.submit(page, "code", code=phone.code(), **wishes)
    hops += page.response.history
    assert [it.status_code for it in hops] == [303] * len(hops)
    assert all(it.headers["Location"].startswith(("/login/", "/saml/respond/")) for it in hops)
    assert page.form_with("SAMLResponse").action.startswith(f"{flex.url}/")


@pytest.mark.parametrize(
    "target", ["//evil.example", "//evil.example/admin", "/\\evil.example/admin", "/admin//evil.example"]
)
def test_no_path_is_read_as_a_host(outcome, target):
    page = raw_http.send(BASE_URL, target)
    assert page.status in {301, 302, 404}
    assert page.response.headers.get("Location", "/x")[:2] not in {"//", "/\\"}


def test_every_redirect_turns_a_form_into_a_get(outcome, phone):
    page = phone.ask_flex(binding="post")
    assert [it.status_code for it in page.response.history] == [303, 303]
    page = phone.submit(page, "identifier", identifier="+12015550101")
    assert [it.status_code for it in page.response.history] == [303]


def test_a_posted_request_is_redirected_before_cookies_are_read(outcome, phone):
    phone.sign_in()
    page = phone.ask_flex(binding="post")
    assert [it.request.method for it in page.response.history] == ["POST"]
    assert response_on(page).assertions == 1


@pytest.mark.parametrize("path", ["/login/{}", "/oauth/revoke", "/api/v1/token", "/admin/login/"])
def test_a_file_in_an_agents_form_is_rejected_unread(outcome, phone, path, monkeypatch):
    page = at_the_code(phone)
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", lambda *_, **__: pytest.fail("written to the disk"))
    address = BASE_URL + path.format(page.url.rpartition("/")[2])
    form = {"csrfmiddlewaretoken": token_on(page), "token": "x"}
    answer = phone.http.post(address, data=form, files={"f": ("f", b"x" * 3_000_000)}, allow_redirects=False)
    assert answer.status_code == 413


def test_a_body_that_is_too_large_is_rejected(outcome, phone, verify):
    page = at_the_code(phone)
    outcome.start()
    big = {"csrfmiddlewaretoken": token_on(page), "code": phone.code(), "x": "x" * 300_000}
    outcome.refused(post(phone, page.url, **big), 413, "too_large")
    many = {**dict.fromkeys(map(str, range(2000)), ""), "csrfmiddlewaretoken": token_on(page)}
    outcome.refused(post(phone, page.url, **many), 400, "bad_request")
    assert LoginFlow.objects.count() == 1
    assert give(phone, page, phone.code()).form_with("SAMLResponse") is not None
