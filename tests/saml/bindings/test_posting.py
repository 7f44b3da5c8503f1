"""The page that posts a message on: kept as it is for everybody, filled with what is one request's own."""

import re

import pytest
from django.test import RequestFactory
from django.utils import translation
from lxml import html

from idp.branding.brands import Shown
from idp.saml.bindings import posting

ACS = "https://login.flex.example/callback"
HOSTILE = "\"><script>alert(1)</script> &amp; ' {{ organisation }}"


@pytest.fixture(autouse=True)
def _nothing_kept_from_another_test():
    posting._page.cache_clear()


def a_page(relay_state="a page", *, service="Flex", news="", nonce="bm9uY2U=", address=ACS, brand=None):
    request = RequestFactory().get("/saml/sso")
    request.csp_nonce = nonce
    fields = [("SAMLResponse", b"<saml>"), ("RelayState", relay_state)]
    answer = posting.post_form(
        request, address, fields, posting.Purpose.SIGNING_IN, service, news=news, brand=brand or Shown()
    )
    return answer.content.decode()


def values(page):
    return {it.get("name"): it.get("value") for it in html.fromstring(page).iter("input")}


TEXTS = {
    "markup": HOSTILE,
    "nothing": "",
    "other letters": "é 日本 ñ",
    "what patterns read": "$1 \\1 \\g<0>",
    "what marks a place": f"{posting._PLACE}-0-",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_all_values_of_a_request_are_escaped_as_text(text):
    page = a_page(text, service=f"Flex {text}", news=f"News{text}", address=f"{ACS}?{text}")
    read = html.fromstring(page)
    assert values(page) == {"SAMLResponse": "PHNhbWw+", "RelayState": text}
    assert read.forms[0].action == f"{ACS}?{text}"
    assert read.xpath("string(//*[@role='status'])").strip() == f"News{text}"
    assert read.xpath("string(//button)") == f"Continue to Flex {text}"
    assert len(read.xpath("//script")) == 1


def test_the_next_page_keeps_nothing_of_the_one_before():
    first = a_page("hers", nonce="Zmlyc3Q=", service="Ana's", news="Signed out there.")
    second = a_page("his", nonce="c2Vjb25k", service="Ben's")
    assert set(re.findall('nonce="([^"]+)"', first)) == {"Zmlyc3Q="}
    assert set(re.findall('nonce="([^"]+)"', second)) == {"c2Vjb25k"}
    assert "Ben&#x27;s" in second
    assert not [it for it in ("hers", "Ana", "Signed out", posting._PLACE) if it in second]


def test_each_language_and_each_brand_has_a_page_of_its_own():
    a_page()
    with translation.override("es"):
        assert '<html lang="es"' in a_page()
    assert '<html lang="en"' in a_page()
    assert "Another" in a_page(brand=Shown(name="Another"))


def test_a_page_is_rendered_once_however_many_sign_in_at_however_many_services():
    for nth in range(5):
        a_page(f"page {nth}", service=f"Service {nth}")
    assert (posting._page.cache_info().misses, posting._page.cache_info().currsize) == (1, 1)
