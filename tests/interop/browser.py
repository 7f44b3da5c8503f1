"""A browser that follows service and IdP, and validates every message of the IdP against the schemas."""

import base64
import zlib
from urllib.parse import parse_qs, urlsplit

from lxml import etree, html

from idp.saml.documents.schemas import Schema, validate
from tests.environment import IDP_PORT
from tests.phone import NUMBER, Phone

MESSAGES = ("SAMLRequest", "SAMLResponse")
LONGEST_WAY = 12
REFRESH = "//meta[@http-equiv='refresh']/@content"
XML_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


class Browser(Phone):
    """A phone whose `seen` are the messages of the IdP, oldest first, each valid by its schema."""

    def __init__(self, sp_url, verify, user_agent):
        super().__init__(sp_url, verify, user_agent)
        self.seen = []
        self.http.hooks["response"].append(self._look)

    def start(self, service, **wishes):
        """Begin a sign-in at a service and go on to the first page that a person has to read."""
        return self.follow(self.open(service.sign_in_address(**wishes)))

    def begin(self, service, number=NUMBER, **wishes):
        """Sign in at a service, with a code if the page asks for one. Return the last page."""
        return self.answer(self.start(service, **wishes), number)

    def answer(self, page, number=NUMBER):
        """Type number and code if the page asks for them."""
        if page.form_with("identifier") is None:
            return page
        before = self.messages(number)
        page = self.ask_code(page, number)
        return self.follow(self.submit(page, "code", code=self.code(number, after=before)))

    def end(self, service, **how):
        """Sign out at a service, and go wherever that leads."""
        return self.follow(self.open(service.sign_out_address(**how)))

    def follow(self, page):
        """Press the button of every page that only sends the browser on."""
        for _ in range(LONGEST_WAY):
            name = carried(page)
            if name is not None:
                page = self.submit(page, name)
            elif further := page.html.xpath(REFRESH):
                page = self.open(_address_in(further[0]))
            else:
                return page
        raise AssertionError(f"the way has no end: {page.url}")

    def _look(self, response, **_):
        # Shibboleth's pages begin like XML, which the reader of HTML refuses.
        response._content = response.content.removeprefix(XML_DECLARATION)
        if urlsplit(response.url).port == IDP_PORT:
            for xml in emitted(response):
                validate(etree.fromstring(xml), Schema.PROTOCOL)
                self.seen.append(xml)


def carried(page):
    """Return the name of the message that a page is about to post, if it is such a page."""
    return next((name for name in MESSAGES if page.form_with(name) is not None), None)


def emitted(response):
    """Return the SAML messages in an answer of the IdP, as XML."""
    addresses, values = [response.headers.get("Location", "")], []
    if response.headers.get("Content-Type", "").startswith("text/html") and response.text:
        page = html.fromstring(response.text)
        addresses += map(_address_in, page.xpath(REFRESH))
        values = page.xpath("//input[@name='SAMLRequest' or @name='SAMLResponse']/@value")
    queries = [parse_qs(urlsplit(it).query) for it in addresses]
    carried_by_address = [query[name][0] for query in queries for name in MESSAGES if name in query]
    inflated = [zlib.decompress(base64.b64decode(it), -zlib.MAX_WBITS) for it in carried_by_address]
    return inflated + [base64.b64decode(it) for it in values]


def _address_in(refresh):
    return refresh.partition("url=")[2]
