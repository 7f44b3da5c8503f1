"""AuthnRequests to the running IdP, as the seeded Flex sends them, and ways to change them."""

from urllib.parse import urlencode

from django.conf import settings

from idp.demo.sp.flavours import ENHANCED
from tests.hostile import raw_http
from tests.saml.messages import FORM, a_query, a_request

BASE_URL = settings.LATCHKEY.base_url
SSO = f"{BASE_URL}/saml/sso"
FLEX = ENHANCED.entity_id
ISSUER = f"<saml:Issuer>{FLEX}</saml:Issuer>"


def asked(inner="", **bent):
    """Build the request of an honest Flex, but for what is bent."""
    return a_request(inner, **{"issuer": ISSUER, "Destination": SSO, **bent})


def by_redirect(query):
    """Bring a query to the sign-in service, octet for octet."""
    return raw_http.send(BASE_URL, b"/saml/sso?" + (query if isinstance(query, bytes) else query.encode("latin-1")))


def by_post(body, content_type=FORM):
    """Bring a body to the sign-in service, octet for octet."""
    return raw_http.send(BASE_URL, "/saml/sso", method="POST", headers={"Content-Type": content_type}, body=body)


def link(inner="", *, relay_state=None, **bent):
    """Return the address of an honest request, for a browser to open."""
    others = {} if relay_state is None else {"RelayState": relay_state}
    return f"{SSO}?{a_query(asked(inner, **bent), **others)}"


def is_taken(page):
    """Whether the browser is led on to sign in."""
    return page.status == 303 and "/login/" in page.response.headers["Location"]


def is_kept(page):
    """Whether a posted request was kept, and the browser is led back by GET."""
    return page.status == 303 and "/saml/respond/" in page.response.headers["Location"]


def form(**fields):
    return urlencode(fields).encode()
