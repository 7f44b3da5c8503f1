"""A pretend service that signs people in and out. It signs and verifies with signxml and cryptography, not our code.

It has no server: its addresses are where our answers would go, and the tests read them there.
"""

import base64
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from lxml import etree
from signxml import XMLVerifier
from signxml.verifier import SignatureConfiguration

from idp.keys import keyring
from idp.keys.models import State, Use
from idp.policies.models import TimeoutPolicy
from idp.saml import names
from idp.saml.models import AssertionConsumer, LogoutEndpoint, ServiceProvider
from tests.phone import NUMBER
from tests.saml.keys import a_pair
from tests.saml.logout.peer import a_logout_request, a_logout_response, a_signed_redirect
from tests.saml.messages import a_body, a_query, a_request, signed

BASE_URL = settings.LATCHKEY.base_url
SSO, SLO = f"{BASE_URL}/saml/sso", f"{BASE_URL}/saml/slo"
PREFIXES = {"saml": names.ASSERTION, "samlp": names.PROTOCOL}


@dataclass(frozen=True)
class ReadAssertion:
    """What the service reads in an Assertion."""

    name_id: str
    name_id_format: str
    session_index: str
    authn_context: str
    root: etree._Element


class Peer:
    """A service that is registered with us, and the key it signs with."""

    def __init__(self, slug, *, logout=(names.HTTP_REDIRECT,), location=None, **fields):
        self.slug, self.pair = slug, a_pair(slug)
        self.entity_id, self.acs = f"https://{slug}.example.org/metadata", f"https://{slug}.example.org/acs"
        self.slo = location or f"https://{slug}.example.org/slo"
        self.row = ServiceProvider.objects.create(
            slug=slug,
            name=slug.title(),
            entity_id=self.entity_id,
            profile="generic",
            timeout_policy=TimeoutPolicy.objects.get(name="legacy"),
            certificates=self.pair.certificate,
            **fields,
        )
        AssertionConsumer.objects.create(service_provider=self.row, url=self.acs, is_default=True)
        for binding in logout:
            LogoutEndpoint.objects.create(service_provider=self.row, binding=binding, location=self.slo)

    @property
    def issuer(self):
        return f"<saml:Issuer>{self.entity_id}</saml:Issuer>"

    def request(self, inner="", **bent):
        return a_request(inner, **{"issuer": self.issuer, **stamped(SSO), **bent})

    def request_url(self, inner="", **bent):
        return f"{SSO}?{a_query(self.request(inner, **bent))}"

    def sign_in(self, phone, number=NUMBER, inner="", **bent):
        """Have somebody sign in here, with a code if one is asked for."""
        return self.read(self.ask(phone, number, inner, **bent))

    def ask(self, phone, number=NUMBER, inner="", **bent):
        """Have somebody sent to us from here, and give the code that is asked for. Returns the page that follows."""
        given = {"ID": f"_{self.slug}-{datetime.now(UTC).timestamp()}", **bent}
        return with_code(phone, phone.open(self.request_url(inner, **given)), number)

    def read(self, page):
        """Read the Response that a page is about to post."""
        form = page.form_with("SAMLResponse")
        assert form is not None, f"no Response on: {page.status} {page.text}"
        assert form.action == self.acs
        root = etree.fromstring(base64.b64decode(form.fields["SAMLResponse"]))
        name = root.find(".//saml:NameID", PREFIXES)
        statement = root.find(".//saml:AuthnStatement", PREFIXES)
        context = root.findtext(".//saml:AuthnContextClassRef", namespaces=PREFIXES)
        return ReadAssertion(name.text, name.get("Format"), statement.get("SessionIndex"), context, root)

    def logout_request(self, told, **bent):
        """Build a LogoutRequest about somebody; `index` may be another, or None for all of theirs."""
        index = bent.pop("index", told.session_index)
        named = f'<saml:NameID Format="{told.name_id_format}">{told.name_id}</saml:NameID>'
        inner = (
            bent.pop("extensions", "") + named + (f"<samlp:SessionIndex>{index}</samlp:SessionIndex>" if index else "")
        )
        given = {"ID": f"_{self.slug}-out-{datetime.now(UTC).timestamp()}", **stamped(SLO), **bent}
        return a_logout_request(inner, issuer=self.issuer, **given)

    def logout_url(self, told, relay_state=None, **bent):
        return f"{SLO}?{a_signed_redirect(self.logout_request(told, **bent), self.pair, relay_state=relay_state)}"

    def logout_body(self, told, **bent):
        return a_body(signed(self.logout_request(told, **bent), self.pair))

    def answer_url(self, request, relay_state=None, **bent):
        """Answer a LogoutRequest of ours by Redirect."""
        given = {"ID": f"_{self.slug}-answer", "InResponseTo": request.get("ID"), **stamped(SLO), **bent}
        xml = a_logout_response(issuer=self.issuer, **given)
        return f"{SLO}?{a_signed_redirect(xml, self.pair, 'SAMLResponse', relay_state=relay_state)}"

    def read_address(self, address):
        """Read a logout message that the browser is sent here with; its signature must hold."""
        location, _, query = address.partition("?")
        assert location == self.slo
        octets, _, signature = query.rpartition("&Signature=")
        value = base64.b64decode(unquote_to_bytes(signature))
        idp_certificate().public_key().verify(value, octets.encode(), padding.PKCS1v15(), SHA256())
        fields = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
        message = fields.get("SAMLRequest") or fields["SAMLResponse"]
        return etree.fromstring(zlib.decompress(base64.b64decode(message), -15)), fields.get("RelayState")

    def read_form(self, page):
        """Read a logout message that a page is about to post here; its signature must hold."""
        form = page.html.forms[0]
        assert form.action == self.slo
        message = form.fields.get("SAMLRequest") or form.fields["SAMLResponse"]
        return verified(base64.b64decode(message)), form.fields.get("RelayState")


def with_code(phone, page, number=NUMBER):
    """Give a code if the page asks who it is. Returns the page that follows."""
    if page.form_with("identifier") is None:
        return page
    before = phone.messages(number)
    page = phone.ask_code(page, number)
    return phone.submit(page, "code", code=phone.code(number, after=before))


def verified(xml, certificate=None):
    """Return what our published key has signed."""
    config = SignatureConfiguration(location="./")
    found = XMLVerifier().verify(
        etree.fromstring(xml), x509_cert=certificate or idp_certificate(), id_attribute="ID", expect_config=config
    )
    return found.signed_xml


def idp_certificate():
    return x509.load_pem_x509_certificate(keyring.published(Use.SAML, State.ACTIVE)[0].certificate.encode())


def stamped(destination):
    return {"IssueInstant": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "Destination": destination}


def statuses(root):
    return [it.get("Value") for it in root.iter(f"{{{names.PROTOCOL}}}StatusCode")]
