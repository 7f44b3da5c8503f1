"""A pretend service provider that signs people in and out. It signs with cryptography and verifies with signxml.

It has no server: tests read the messages for it from redirects and from forms.
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

from idp import clock
from idp.keys import keyring
from idp.keys.models import Use
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
    """What the service reads from an Assertion."""

    name_id: str
    name_id_format: str
    session_index: str
    authn_context: str
    root: etree._Element


class PretendService:
    """A service provider that is registered at Latchkey, and its key."""

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

    def request(self, inner="", **changes):
        return a_request(inner, **{"issuer": self.issuer, **stamped(SSO), **changes})

    def request_url(self, inner="", **changes):
        return f"{SSO}?{a_query(self.request(inner, **changes))}"

    def request_path(self, **changes):
        """The same without scheme and host, for Django's test client."""
        return self.request_url(**changes).removeprefix(BASE_URL)

    def sign_in(self, phone, number=NUMBER, inner="", **changes):
        """Let an agent sign in here, with a code if Latchkey asks for one."""
        return self.read(self.ask(phone, number, inner, **changes))

    def ask(self, phone, number=NUMBER, inner="", **changes):
        """Open an AuthnRequest, and type the code if Latchkey asks for one. Return the page that follows."""
        given = {"ID": f"_{self.slug}-{datetime.now(UTC).timestamp()}", **changes}
        return with_code(phone, phone.open(self.request_url(inner, **given)), number)

    def read(self, page):
        """Read the Response in a page's form."""
        form = page.form_with("SAMLResponse")
        assert form is not None, f"no Response on: {page.status} {page.text}"
        assert form.action == self.acs
        root = etree.fromstring(base64.b64decode(form.fields["SAMLResponse"]))
        name = root.find(".//saml:NameID", PREFIXES)
        statement = root.find(".//saml:AuthnStatement", PREFIXES)
        context = root.findtext(".//saml:AuthnContextClassRef", namespaces=PREFIXES)
        return ReadAssertion(name.text, name.get("Format"), statement.get("SessionIndex"), context, root)

    def logout_request(self, person, **changes):
        """Build a LogoutRequest for this person; `index` None ends all of their sessions here."""
        index = changes.pop("index", person.session_index)
        named = f'<saml:NameID Format="{person.name_id_format}">{person.name_id}</saml:NameID>'
        inner = (
            changes.pop("extensions", "")
            + named
            + (f"<samlp:SessionIndex>{index}</samlp:SessionIndex>" if index else "")
        )
        given = {"ID": f"_{self.slug}-out-{datetime.now(UTC).timestamp()}", **stamped(SLO), **changes}
        return a_logout_request(inner, issuer=self.issuer, **given)

    def logout_url(self, person, relay_state=None, **changes):
        return f"{SLO}?{a_signed_redirect(self.logout_request(person, **changes), self.pair, relay_state=relay_state)}"

    def logout_body(self, person, **changes):
        return a_body(signed(self.logout_request(person, **changes), self.pair))

    def answer_url(self, request, **changes):
        """Answer a LogoutRequest from Latchkey by HTTP-Redirect."""
        given = {"ID": f"_{self.slug}-answer", "InResponseTo": request.get("ID"), **stamped(SLO), **changes}
        xml = a_logout_response(issuer=self.issuer, **given)
        return f"{SLO}?{a_signed_redirect(xml, self.pair, 'SAMLResponse')}"

    def read_address(self, address):
        """Verify and read a logout message in an address to which the browser is redirected."""
        location, _, query = address.partition("?")
        assert location == self.slo
        octets, _, signature = query.rpartition("&Signature=")
        value = base64.b64decode(unquote_to_bytes(signature))
        idp_certificate().public_key().verify(value, octets.encode(), padding.PKCS1v15(), SHA256())
        fields = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
        message = fields.get("SAMLRequest") or fields["SAMLResponse"]
        return etree.fromstring(zlib.decompress(base64.b64decode(message), -15)), fields.get("RelayState")

    def read_form(self, page):
        """Verify and read a logout message in a page's form."""
        form = page.html.forms[0]
        assert form.action == self.slo
        message = form.fields.get("SAMLRequest") or form.fields["SAMLResponse"]
        return verified(base64.b64decode(message)), form.fields.get("RelayState")


def with_code(phone, page, number=NUMBER):
    """Type number and code if the page asks for them. Return the page that follows."""
    if page.form_with("identifier") is None:
        return page
    before = phone.messages(number)
    page = phone.ask_code(page, number)
    return phone.submit(page, "code", code=phone.code(number, after=before))


def verified(xml, certificate=None):
    """Verify with the published key, and return the signed element."""
    config = SignatureConfiguration(location="./")
    found = XMLVerifier().verify(
        etree.fromstring(xml), x509_cert=certificate or idp_certificate(), id_attribute="ID", expect_config=config
    )
    return found.signed_xml


def idp_certificate():
    return x509.load_pem_x509_certificate(keyring.active(Use.SAML, clock.now()).certificate.encode())


def stamped(destination):
    return {"IssueInstant": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "Destination": destination}


def statuses(root):
    return [it.get("Value") for it in root.iter(f"{{{names.PROTOCOL}}}StatusCode")]
