"""A browser that opens Flex, and what its agent meets there: the way in, or what keeps them out."""

import base64

from django.test import Client
from lxml import etree, html

from idp import background
from tests.phone import NUMBER
from tests.user_agents import IPHONE

MANDATORY = {"roles", "full_name", "email"}
OUTCOMES = {
    "Your access is switched off": "switched off",
    "Sign-in is stopped": "stopped",
    "Too many tries": "paused",
    "This phone can't be used for Flex": "refused",
    "This sign-in is not allowed": "refused",
}


class BrowserAtFlex:
    """One browser, with the texts that reach a number. `needed_a_code` is whether the last visit took a code."""

    def __init__(self, verify, user_agent=IPHONE, number=NUMBER):
        self.verify, self.number, self.needed_a_code = verify, number, False
        self.browser = Client(headers={"user-agent": user_agent}, raise_request_exception=False)

    def opens_flex(self, code=None):
        """Open Flex, give the code that was texted (or another), and return the outcome in a word."""
        page = self.browser.get("/saml/start/flex", follow=True)
        self.needed_a_code = b'name="identifier"' in page.content
        if not self.needed_a_code:
            return outcome_of(page)
        address, before = page.request["PATH_INFO"], len(self.verify.state.messages(self.number))
        page = self.browser.post(address, {"identifier": self.number}, follow=True)
        if b'name="code"' not in page.content:
            return outcome_of(page)
        background.settle()
        texts = self.verify.state.messages(self.number)
        if code is None and len(texts) == before:
            return "no text"
        return outcome_of(self.browser.post(address, {"code": code or texts[0].code}, follow=True))


def outcome_of(page):
    """Return in a word what a page means for the agent."""
    if b"SAMLResponse" in page.content:
        return "in" if _flex_lets_in(page) else "sent back by Flex"
    if page.status_code == 503 and b"send codes right now" in page.content:
        return "no codes"
    heading = " ".join(html.fromstring(page.content).xpath("string(//h1)").split())
    return OUTCOMES.get(heading, str(page.status_code))


def _flex_lets_in(page):
    """Whether the Response holds the attributes without which Flex refuses a user (its error 45050)."""
    [response] = html.fromstring(page.content).xpath("//input[@name='SAMLResponse']/@value")
    tree = etree.fromstring(base64.b64decode(response))
    filled = tree.xpath("//*[local-name()='Attribute'][normalize-space(*[local-name()='AttributeValue'])]/@Name")
    return set(filled) >= MANDATORY
