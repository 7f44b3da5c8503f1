"""AuthnRequests that no honest service sends: each is rejected with a page, and nothing is written."""

import base64
import json
import os
import socket
import time
import tracemalloc
import zlib
from datetime import timedelta
from urllib.parse import quote

import pytest

from idp.demo.sp.flavours import ENHANCED, LEGACY
from idp.saml import names
from idp.saml.models import ServiceProvider
from tests.conftest import NOW
from tests.hostile.authn_requests import BASE_URL, FLEX, SSO, asked, by_post, by_redirect, form, is_kept, is_taken
from tests.saml.messages import a_body, a_query, deflate

REQUEST = asked()
HONEST = a_query(REQUEST)
OVERLONG = REQUEST + b" " * (65_537 - len(REQUEST))
UNREADABLE = "saml_unreadable_request"


def encoded(octets):
    return base64.b64encode(octets).decode()


def query(octets):
    return f"SAMLRequest={quote(encoded(octets), safe='')}"


def wrapped(xml):
    return form(SAMLRequest=base64.encodebytes(xml).replace(b"\n", b"\r\n").decode())


def issued(**away):
    return a_query(asked(IssueInstant=f"{NOW + timedelta(**away):%Y-%m-%dT%H:%M:%SZ}"))


TAKEN_BY_REDIRECT = {
    "as Flex sends it": HONEST,
    "with RelayState": a_query(REQUEST, RelayState="demo"),
    "with a RelayState of 4 kB": a_query(REQUEST, RelayState="x" * 4096),
    "beside foreign parameters": f"utm=1&{HONEST}&next=https://evil.example/",
    "with an XML declaration": a_query(b'<?xml version="1.0" encoding="UTF-8"?>' + REQUEST),
    "with fractions of a second": a_query(asked(IssueInstant="2026-11-21T09:00:00.123Z")),
    "without Destination": a_query(asked(Destination=None)),
    "4:59 old": issued(minutes=-4, seconds=-55),
    "4:59 ahead": issued(minutes=4, seconds=59),
}


@pytest.mark.parametrize("raw_query", TAKEN_BY_REDIRECT.values(), ids=TAKEN_BY_REDIRECT)
def test_a_valid_redirect_is_accepted(outcome, raw_query):
    assert is_taken(by_redirect(raw_query))


@pytest.mark.parametrize("body", [a_body(REQUEST), wrapped(REQUEST)], ids=["plain", "wrapped base64"])
def test_a_valid_post_is_accepted(outcome, body):
    assert is_kept(by_post(body))


REDIRECTS = {
    "RelayState with a NUL": f"{HONEST}&RelayState=a%00b",  # first, because PostgreSQL stores none
    "no parameter at all": "",
    "an empty request": "SAMLRequest=",
    "a name without a value": "SAMLRequest",
    "base64 of nothing known": "SAMLRequest=%21%21%21",
    "base64 without its padding": "SAMLRequest=" + encoded(deflate(REQUEST + b" ")).rstrip("=")[:-1],
    "the alphabet for URLs": f"SAMLRequest={encoded(deflate(REQUEST))[:-8]}-_-_-_-_",
    "octets beyond ASCII": b"SAMLRequest=\xff\xfe\x00\x80",
    "plain XML": query(REQUEST),
    "zlib instead of raw DEFLATE": query(zlib.compress(REQUEST)),
    "DEFLATE cut short": query(deflate(REQUEST)[:-3]),
    "DEFLATE followed by more": query(deflate(REQUEST) + b"more"),
    "another encoding": f"{HONEST}&SAMLEncoding=urn:example:gzip",
    "nothing, deflated": query(deflate(b"")),
    "UTF-16": query(deflate(REQUEST.decode().encode("utf-16"))),
    "UTF-7": query(deflate(b'<?xml version="1.0" encoding="UTF-7"?>' + REQUEST)),
    "a NUL": query(deflate(REQUEST.replace(b"_one", b"_o\x00e"))),
    "JSON": query(deflate(json.dumps({"ID": "_one"}).encode())),
    "two documents": query(deflate(REQUEST + REQUEST)),
    "the request twice": f"{HONEST}&{HONEST}",
    "a Response beside": f"{HONEST}&SAMLResponse=abcd",
    "a Response instead": HONEST.replace("SAMLRequest", "SAMLResponse"),
    "the name with escapes": f"{HONEST}&{HONEST.replace('SAMLRequest', 'SAML%52equest')}",
    "the name behind a plus": f"{HONEST}&+{HONEST}",
    "the name with brackets": f"{HONEST}&SAMLRequest[]=abcd",
    "RelayState twice": f"{HONEST}&RelayState=a&RelayState=b",
    "RelayState of 4097 bytes": a_query(REQUEST, RelayState="x" * 4097),
    "RelayState that is no UTF-8": f"{HONEST}&RelayState=%ff%fe",
    "SigAlg without Signature": f"{HONEST}&SigAlg=abcd",
    "Signature without SigAlg": f"{HONEST}&Signature=abcd",
}
CODES = {
    "no parameter at all": "saml_no_request",
    "an empty request": "saml_no_request",
    "RelayState of 4097 bytes": "saml_relay_state_too_long",
    "SigAlg without Signature": "saml_misshapen_signature",
    "Signature without SigAlg": "saml_misshapen_signature",
}
MALFORMED = [(raw_query, CODES.get(case, UNREADABLE)) for case, raw_query in REDIRECTS.items()]


@pytest.mark.parametrize(("raw_query", "code"), MALFORMED, ids=REDIRECTS)
def test_a_malformed_redirect_is_rejected(outcome, raw_query, code):
    outcome.refused(by_redirect(raw_query), 400, code)


TOO_BIG = {
    "a bomb of 20 MB": (query(deflate(b" " * 20_000_000)), 413, "saml_request_too_large"),
    "64 kB and one byte of XML": (query(deflate(OVERLONG)), 413, "saml_request_too_large"),
    "an endless address": (f"{HONEST}&x={'x' * 40_000}", 414, "address_too_long"),
}


@pytest.mark.parametrize(("raw_query", "status", "code"), TOO_BIG.values(), ids=TOO_BIG)
def test_a_redirect_that_is_too_large_is_rejected(outcome, raw_query, status, code):
    outcome.refused(by_redirect(raw_query), status, code)


def test_a_decompression_bomb_does_not_use_up_memory(outcome):
    bomb = query(deflate(b" " * 20_000_000))
    tracemalloc.start()
    by_redirect(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


POSTS = {
    "deflated": (form(SAMLRequest=encoded(deflate(REQUEST))), 400, UNREADABLE),
    "an empty form": (b"", 400, "saml_no_request"),
    "a bomb": (form(SAMLRequest=encoded(deflate(b" " * 20_000_000))), 400, UNREADABLE),
    "a Signature beside": (a_body(REQUEST, Signature="abcd", SigAlg="abcd"), 400, "saml_misshapen_signature"),
    "the request twice": (a_body(REQUEST) + b"&" + a_body(REQUEST), 400, UNREADABLE),
    "64 kB and one byte of XML": (a_body(OVERLONG), 413, "saml_request_too_large"),
    "300 kB": (a_body(REQUEST, RelayState="x" * 300_000), 413, "too_large"),
    "a field of 200 kB": (a_body(REQUEST, RelayState="x" * 200_000), 400, "saml_relay_state_too_long"),
}


@pytest.mark.parametrize(("body", "status", "code"), POSTS.values(), ids=POSTS)
def test_a_malformed_post_is_rejected(outcome, body, status, code):
    outcome.refused(by_post(body), status, code)


@pytest.mark.parametrize("content_type", ["application/json", "text/xml", "multipart/form-data; boundary=x", ""])
def test_a_post_that_is_no_form_is_rejected(outcome, content_type):
    outcome.refused(by_post(a_body(REQUEST), content_type), 400, UNREADABLE)


def declared(declarations, inside=""):
    return f"<!DOCTYPE r {declarations}>".encode() + REQUEST.replace(FLEX.encode(), (inside or FLEX).encode())


def elements(count, text='<samlp:IDPEntry ProviderID="x"/>'):
    return f"<samlp:Scoping><samlp:IDPList>{text * count}</samlp:IDPList></samlp:Scoping>"


def extended(inner):
    return asked(f"<samlp:Extensions>{inner}</samlp:Extensions>")


LAUGHS = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 9))
ISSUERS = '<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{}</saml:Issuer>'
XML = {
    "a bare DOCTYPE": declared(""),
    "an entity": declared(f'[<!ENTITY x "{FLEX}">]', "&x;"),
    "a parameter entity": declared("[<!ENTITY % p \"<!ENTITY x 'y'>\">%p;]", "&x;"),
    "a billion laughs": declared(f'[<!ENTITY x0 "ha">{LAUGHS}]', "&x8;"),
    "DOCTYPE in UTF-16": declared("").decode().encode("utf-16"),
    "an undeclared entity": REQUEST.replace(FLEX.encode(), b"&x;"),
    "another root": asked(root="LogoutRequest"),
    "a Response": asked(root="Response"),
    "another namespace": REQUEST.replace(b"SAML:2.0:protocol", b"SAML:1.0:protocol"),
    "version 1.1": asked(Version="1.1"),
    "no version": asked(Version=None),
    "a SOAP envelope": b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">%b</e:Envelope>' % REQUEST,
    "an unknown element": asked("<samlp:Unheard/>"),
    "elements in the wrong order": asked("<samlp:RequestedAuthnContext/><samlp:NameIDPolicy/>"),
    "a foreign attribute": asked(Unheard="1"),
    "a boolean of neither kind": asked(ForceAuthn="perhaps"),
    "no ID": asked(ID=None),
    "an empty ID": asked(ID=""),
    "an ID that begins with a digit": asked(ID="1one"),
    "an ID twice": extended('<x xmlns="urn:example" ID="_one"/>'),
    "an Issuer twice": asked(issuer=ISSUERS.format(FLEX) * 2),
    "no Issuer": asked(issuer=""),
    "an empty Issuer": asked(issuer="<saml:Issuer/>"),
    "a child in the Issuer": asked(issuer=ISSUERS.format(f"{FLEX}<saml:Audience>x</saml:Audience>")),
    "an Issuer that is no entity": asked(issuer=f'<saml:Issuer Format="urn:example">{FLEX}</saml:Issuer>'),
    "a thousand levels": extended('<x xmlns="urn:example">' * 1000 + "</x>" * 1000),
    "a thousand siblings": asked(elements(1000) + elements(1)),
    "five thousand attributes": REQUEST.replace(b" ID=", b" %b ID=" % b" ".join(b'a%d=""' % n for n in range(5000))),
    "a thousand namespaces": REQUEST.replace(
        b" ID=", b" %b ID=" % b" ".join(b'xmlns:n%d="urn:%d" n%d:a=""' % (n, n, n) for n in range(1000))
    ),
    "an ID of a thousand letters": asked(ID="_" * 1000),
    "an instant in other digits": asked(IssueInstant="\u0662\u0660\u0662\u0666-11-21T09:00:00Z"),
    "an instant that no calendar has": asked(IssueInstant="2026-02-30T09:00:00Z"),
    "an instant before time began": asked(IssueInstant="0000-11-21T09:00:00Z"),
    "a leap second": asked(IssueInstant="2026-11-21T09:00:60Z"),
    "an instant in words": asked(IssueInstant="now"),
}


@pytest.mark.parametrize("xml", XML.values(), ids=XML)
def test_xml_that_is_no_authn_request_is_rejected_with_little_work(outcome, xml):
    begun = time.process_time()
    outcome.refused(by_redirect(a_query(xml)), 400, UNREADABLE)
    assert time.process_time() - begun < 2
    outcome.refused(by_post(a_body(xml)), 400, UNREADABLE)


def test_optional_content_that_the_schema_allows_is_accepted(outcome):
    assert is_taken(by_redirect(a_query(extended('<x xmlns="urn:example" any="1">open</x>'))))


def test_a_dtd_opens_no_file_and_no_connection(outcome, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        for address in (f"file://{fifo}", url):
            for dtd in (f'SYSTEM "{address}"', f'[<!ENTITY % p SYSTEM "{address}">%p;]'):
                outcome.refused(by_redirect(a_query(declared(dtd))), 400, UNREADABLE)
        with pytest.raises(BlockingIOError):
            listener.accept()


STRANGERS = {
    "unknown": "https://nobody.example/metadata",
    "in capitals": FLEX.upper(),
    "with a tail": f"{FLEX}x",
    "cut": FLEX[:-1],
    "behind a space": f" {FLEX}",
    "with a look-alike letter": FLEX.replace("e", "\u0435", 1),
    "split by a comment": f"{FLEX}<!-- -->.evil.example",
    "split by an instruction": f"{FLEX}<?x y?>.evil.example",
    "markup": "&lt;script&gt;alert(1)&lt;/script&gt;",
}


@pytest.mark.parametrize("issuer", STRANGERS.values(), ids=STRANGERS)
def test_an_issuer_that_is_not_registered_is_rejected(outcome, issuer):
    outcome.refused(by_redirect(a_query(asked(issuer=ISSUERS.format(issuer)))), 403, "saml_unknown_service_provider")


def test_a_service_provider_that_is_switched_off_is_rejected(outcome):
    ServiceProvider.objects.filter(slug="flex").update(enabled=False)
    outcome.refused(by_redirect(HONEST), 403, "saml_unknown_service_provider")


def test_the_registered_acs_is_accepted(outcome, flex):
    assert is_taken(by_redirect(a_query(asked(AssertionConsumerServiceURL=ENHANCED.acs_url(flex.url)))))


FOREIGN_ACS = {
    "elsewhere": lambda _: "https://evil.example/acs",
    "a suffix": lambda acs: f"{acs}/x",
    "a prefix": lambda acs: acs.partition("?")[0],
    "a fragment": lambda acs: f"{acs}#x",
    "userinfo": lambda acs: acs.replace("http://", "http://flex@"),
    "registered as userinfo": lambda acs: f"{acs.partition('/login')[0]}@evil.example/login/callback",
    "another scheme": lambda acs: acs.replace("http://", "https://"),
    "another case": lambda acs: acs.replace("/login", "/Login"),
    "other escapes": lambda acs: acs.replace("/login", "/%6cogin"),
    "another port": lambda acs: acs.replace("/login", "1/login"),
    "a step back": lambda acs: acs.replace("/login", "/x/../login"),
    "script": lambda _: "javascript:alert(1)",
    "of another connection": lambda acs: LEGACY.acs_url(acs.partition("/login")[0]),
}


@pytest.mark.parametrize("bend", FOREIGN_ACS.values(), ids=FOREIGN_ACS)
def test_an_acs_that_is_not_registered_is_rejected(outcome, flex, bend):
    acs = bend(ENHANCED.acs_url(flex.url)).replace("&", "&amp;")
    outcome.refused(by_redirect(a_query(asked(AssertionConsumerServiceURL=acs))), 400, "saml_unregistered_acs")


RETURNS = {
    "an index out of range": ({"AssertionConsumerServiceIndex": "7"}, "saml_unregistered_acs"),
    "the largest index": ({"AssertionConsumerServiceIndex": "65535"}, "saml_unregistered_acs"),
    "an index beside a URL": (
        {"AssertionConsumerServiceIndex": "0", "AssertionConsumerServiceURL": "https://x.example/"},
        "saml_unregistered_acs",
    ),
    "by Artifact": ({"ProtocolBinding": names.HTTP_POST.replace("POST", "Artifact")}, "saml_unoffered_binding"),
    "by Redirect": ({"ProtocolBinding": names.HTTP_POST.replace("POST", "Redirect")}, "saml_unoffered_binding"),
}


@pytest.mark.parametrize(("bent", "code"), RETURNS.values(), ids=RETURNS)
def test_a_response_by_another_binding_is_rejected(outcome, bent, code):
    outcome.refused(by_redirect(a_query(asked(**bent))), 400, code)


DESTINATIONS = {
    "elsewhere": "https://idp.evil.example/saml/sso",
    "a prefix": SSO[:-1],
    "a suffix": f"{SSO}/",
    "a query": f"{SSO}?x",
    "another scheme": SSO.replace("http:", "https:"),
    "another case": SSO.replace("/saml", "/SAML"),
    "another name of this computer": SSO.replace("localhost", "127.0.0.1"),
    "empty": "",
}


@pytest.mark.parametrize("destination", DESTINATIONS.values(), ids=DESTINATIONS)
def test_a_request_for_another_destination_is_rejected(outcome, destination):
    outcome.refused(by_redirect(a_query(asked(Destination=destination))), 400, "saml_wrong_destination")


INSTANTS = {
    "too old": "2026-11-21T08:54:59Z",
    "too far ahead": "2026-11-21T09:06:00Z",
    "a year ago": "2025-11-21T09:00:00Z",
    "with an offset": "2026-11-21T09:00:00+00:00",
    "without a zone": "2026-11-21T09:00:00",
    "a year of ten digits": "2026202620-11-21T09:00:00Z",
    "hour 24": "2026-11-21T24:00:00Z",
}


@pytest.mark.parametrize("instant", INSTANTS.values(), ids=INSTANTS)
def test_a_request_from_the_past_or_the_future_is_rejected(outcome, instant):
    outcome.refused(by_redirect(a_query(asked(IssueInstant=instant))), 400, "saml_stale_request")


def test_a_page_about_a_request_shows_nothing_of_it(outcome):
    stranger = "&lt;img src=x onerror=alert(1)&gt;"
    page = by_redirect(a_query(asked(issuer=ISSUERS.format(stranger)), RelayState="<script>"))
    assert "onerror" not in page.response.text
    assert "<script>" not in page.response.text
    assert len([line for line in outcome.log.text.splitlines() if page.reference in line]) == 2
    assert BASE_URL not in page.text
