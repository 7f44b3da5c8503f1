"""The pretend Flex: what it says to what it cannot read, and while the identity provider is away."""

import pytest
import requests

from idp.demo.sp import DemoSp, pages
from idp.demo.sp.flavours import ENHANCED
from idp.demo.sp.signing_in import SignedIn

ACS = "/login/callback"
NOBODY = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "posted",
    [{}, {"SAMLResponse": "zzz"}, {"SAMLResponse": "bm8gWE1M"}, {"SAMLResponse": "PHg+"}, b"SAMLResponse=\xff\xfe"],
    ids=str,
)
def test_what_is_no_response_is_refused_by_a_page_that_says_why(flex, posted):
    answer = requests.post(f"{flex.url}{ACS}", data=posted, timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "<h1>Sign-in not accepted</h1>" in answer.text
    assert "cannot be read: " in answer.text


@pytest.mark.parametrize(
    ("path", "method", "allow"), [(ACS, "GET", "POST"), ("/", "PUT", "GET"), ("/app/slo", "POST", "GET")]
)
def test_another_method_hears_which_one_is_taken(flex, path, method, allow):
    answer = requests.request(method, f"{flex.url}{path}", timeout=30)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)
    assert f"<h1>This address takes {allow} only.</h1>" in answer.text


def test_an_address_that_is_not_there_leads_to_one_that_is(flex):
    answer = requests.get(f"{flex.url}/flex", timeout=30)
    assert answer.status_code == 404
    assert '<a class="button" href="/">Go to pretend Flex</a>' in answer.text


@pytest.mark.parametrize(("path", "method"), [("/sign-in", "GET"), (ACS, "POST"), ("/app/slo", "GET")])
def test_an_identity_provider_that_is_away_is_named_as_the_reason(path, method):
    with DemoSp(NOBODY) as flex:
        answer = requests.request(method, f"{flex.url}{path}", timeout=30)
    assert answer.status_code == 502
    assert "<h1>The identity provider does not answer</h1>" in answer.text


@pytest.mark.slow
def test_what_flex_was_told_is_read_on_a_phone_with_large_letters(chromium):
    known = SignedIn("flex", "jiucht6wh22j7n63cn622p3i4p", "", "_be7764419df98", "", "demo", {}, encrypted=False)
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    page.set_content(pages.signed_in(ENHANCED, known))
    wide = "(of) => document.querySelector(of).getBoundingClientRect().width"
    assert page.evaluate(wide, "dd") == page.evaluate(wide, "dl")
    page.close()
