"""Somebody who comes with a browser to open Flex: whether they get in, and if not what they meet."""

import base64

from django.test import Client
from lxml import etree, html

from idp.login.codes import sending
from tests.phone import NUMBER
from tests.user_agents import IPHONE

MANDATORY = {"roles", "full_name", "email"}
MET = {
    "Your access is switched off": "switched off",
    "Sign-in is stopped": "stopped",
    "Too many tries": "paused",
    "This phone can't be used for Flex": "refused",
    "This sign-in is not allowed": "refused",
}


class Coming:
    """One browser, with the texts that reach a number. `asked` tells whether the last visit took a code."""

    def __init__(self, verify, user_agent=IPHONE, number=NUMBER):
        self.verify, self.number, self.asked = verify, number, False
        self.browser = Client(headers={"user-agent": user_agent}, raise_request_exception=False)

    def comes(self, code=None):
        """Open Flex from here, give the code that was texted (or another), and say what was met."""
        page = self.browser.get("/saml/start/flex", follow=True)
        self.asked = b'name="identifier"' in page.content
        if not self.asked:
            return met(page)
        address, before = page.request["PATH_INFO"], len(self.verify.state.messages(self.number))
        page = self.browser.post(address, {"identifier": self.number}, follow=True)
        if b'name="code"' not in page.content:
            return met(page)
        sending.settle()
        texts = self.verify.state.messages(self.number)
        if code is None and len(texts) == before:
            return "no text"
        return met(self.browser.post(address, {"code": code or texts[0].code}, follow=True))


def met(page):
    """Say in a word what a page tells."""
    if b"SAMLResponse" in page.content:
        return "in" if _flex_lets_in(page) else "sent back by Flex"
    if page.status_code == 503 and b"send codes right now" in page.content:
        return "no codes"
    heading = " ".join(html.fromstring(page.content).xpath("string(//h1)").split())
    return MET.get(heading, str(page.status_code))


def _flex_lets_in(page):
    """Flex turns away whoever comes without these (its error 45050)."""
    [answer] = html.fromstring(page.content).xpath("//input[@name='SAMLResponse']/@value")
    tree = etree.fromstring(base64.b64decode(answer))
    told = tree.xpath("//*[local-name()='Attribute'][normalize-space(*[local-name()='AttributeValue'])]/@Name")
    return set(told) >= MANDATORY
