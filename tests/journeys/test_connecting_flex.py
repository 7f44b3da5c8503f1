"""Connecting Flex, as whole stories: from the first unknown request, or one pasted value, to a signed-in agent.

A pretend Console keeps what an operator copied from our page and nothing else; a pretend Flex believes only the
Console, and judges our Response by python3-saml in strict mode, at Twilio's own addresses.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from lxml import html
from onelogin.saml2.auth import OneLogin_Saml2_Auth

from idp import clock
from idp.saml.models import HeardRequest, ServiceProvider
from tests.hostile.authn_requests import SSO, asked
from tests.saml.keys import a_pair
from tests.saml.messages import a_signed_query
from tests.web.conftest import a_superuser, inside

PAGE = "/admin/connect-flex/"
CONNECTION, ACCOUNT = "JQ" + "7" * 32, "AC" + "8" * 32
BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
PLACES = {
    "enhanced": (f"urn:flex:{CONNECTION}", f"https://login.flex.us1.twilio.com/login/callback?connection={CONNECTION}"),
    "legacy": (
        f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2/metadata",
        f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2",
    ),
}
COPIED = {"X.509 Certificate", "Identity Provider Issuer", "Single Sign-On URL"}


@dataclass
class Console:
    """Twilio's Console: fields that an operator pastes into, and what Flex makes of them."""

    fields: dict = field(default_factory=dict)

    def paste(self, page, *labels):
        """Copy the values with these labels from our page, one by one."""
        shown = html.fromstring(page.content.decode())
        for label in labels:
            at = shown.xpath(f"//label[text()='{label}']/@for")[0]
            self.fields[label] = shown.get_element_by_id(at).value

    @property
    def idp(self):
        """What Flex believes of its identity provider."""
        pem = self.fields["X.509 Certificate"]
        assert re.search(r"^\s*-----BEGIN CERTIFICATE-----\s.*\s-----END CERTIFICATE-----\s*$", pem, re.DOTALL)
        return {
            "entityId": self.fields["Identity Provider Issuer"],
            "singleSignOnService": {"url": self.fields["Single Sign-On URL"]},
            "x509cert": pem,
        }


class PretendFlex:
    """Flex at its real addresses: it sends requests to the address in the Console, and trusts the issuer in it."""

    def __init__(self, way, console):
        self.entity_id, self.acs_url = PLACES[way]
        self.console = console

    def ask(self):
        """Return the address that the browser is sent to."""
        return self._auth().login(return_to="state")

    def take(self, page):
        """Judge the Response in our page; returns the NameID, or the reason against."""
        form = page.form_with("SAMLResponse")
        assert form is not None, page.text
        assert form.action == self.acs_url
        auth = self._auth(dict(form.form_values()))
        auth.process_response()
        return auth.get_nameid() if auth.is_authenticated() else auth.get_last_error_reason()

    def _auth(self, posted=None):
        place = urlsplit(self.acs_url)
        request = {
            "https": "on",
            "http_host": place.netloc,
            "script_name": place.path,
            "get_data": {},
            "post_data": posted or {},
            "query_string": place.query,
        }
        consumer = {"url": self.acs_url, "binding": BINDING}
        wants = {"wantMessagesSigned": True, "wantAssertionsSigned": True, "requestedAuthnContext": True}
        own = {"entityId": self.entity_id, "assertionConsumerService": consumer}
        return OneLogin_Saml2_Auth(request, {"strict": True, "sp": own, "idp": self.console.idp, "security": wants})


@pytest.fixture
def operator_page(flex):
    """An operator's browser, inside the admin."""
    return inside(a_superuser())


def sign_in(phone, pretend):
    """Have Ana sign in with a code. Returns what Flex says in the end."""
    page = phone.ask_code(phone.open(pretend.ask()))
    return pretend.take(phone.submit(page, "code", code=phone.code()))


@pytest.mark.parametrize(("way", "value"), [("enhanced", CONNECTION), ("legacy", ACCOUNT)])
def test_one_value_pasted_here_and_three_there_let_an_agent_in(flex, phone, operator_page, way, value):
    names = {"profile": f"flex-{way}", "slug": "desk", "name": "Desk"}
    page = operator_page.post(f"{PAGE}?pasted={value}", names, follow=True)
    console = Console()
    console.paste(page, *COPIED)
    assert len(console.fields) == 3
    assert re.fullmatch(r"[a-z2-7]{26}", sign_in(phone, PretendFlex(way, console)))


@pytest.mark.parametrize("way", ["enhanced", "legacy"])
def test_an_unknown_flex_is_detected_and_registered_and_the_same_agent_signs_in(flex, phone, operator_page, way):
    console = Console()
    console.paste(operator_page.get(PAGE), *COPIED)
    pretend = PretendFlex(way, console)
    operator_page.post(f"{PAGE}listening/begin/")
    assert phone.open(pretend.ask()).status == 403

    panel = operator_page.get(f"{PAGE}listening/requests/").content.decode()
    action = html.fromstring(panel).xpath("//form[contains(@action, 'adopt')]/@action")
    operator_page.post(action[0])
    assert re.fullmatch(r"[a-z2-7]{26}", sign_in(phone, pretend))
    assert HeardRequest.objects.first().outcome == ""


def test_a_flex_at_another_address_is_detected_but_gets_no_response(flex, phone, operator_page):
    console = Console()
    console.paste(operator_page.get(PAGE), *COPIED)
    pretend = PretendFlex("enhanced", console)
    pretend.acs_url = pretend.acs_url.replace("twilio.com", "twilio.com.evil.example")
    operator_page.post(f"{PAGE}listening/begin/")
    phone.open(pretend.ask())
    operator_page.post(f"{PAGE}adopt/{HeardRequest.objects.get().pk}/")
    assert not ServiceProvider.objects.filter(entity_id=f"urn:flex:{CONNECTION}").exists()


WRONG = {
    "another issuer": ("Identity Provider Issuer", lambda it: it + "/", "Invalid issuer"),
    "another key": ("X.509 Certificate", lambda _: a_pair("stranger").certificate, "Signature validation failed"),
}


@pytest.mark.parametrize(("label", "bend", "reason"), WRONG.values(), ids=WRONG)
def test_flex_rejects_a_value_that_is_not_latchkeys(phone, operator_page, label, bend, reason):
    page = operator_page.post(
        f"{PAGE}?pasted={CONNECTION}", {"profile": "flex-enhanced", "slug": "desk", "name": "Desk"}, follow=True
    )
    console = Console()
    console.paste(page, *COPIED)
    console.fields[label] = bend(console.fields[label])
    assert reason in sign_in(phone, PretendFlex("enhanced", console))


def test_a_flex_that_signs_is_detected_and_works_once_its_signatures_are_ignored(flex, phone, operator_page):
    request = asked(IssueInstant=f"{clock.now():%Y-%m-%dT%H:%M:%SZ}")
    address = f"{SSO}?{a_signed_query(request, a_pair('twilio'))}"
    operator_page.post(f"{PAGE}listening/begin/", {"service": "flex"})
    assert phone.open(address).status == 400
    panel = html.fromstring(operator_page.get(f"{PAGE}listening/requests/").content.decode())
    operator_page.post(panel.xpath("//form[contains(@action, 'signatures')]/@action")[0], {"service": "flex"})
    assert phone.open(address).form_with("identifier") is not None
