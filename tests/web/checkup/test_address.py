"""Whether what answers at our address is ourselves, by a certificate that phones take."""

import socket
import threading
from datetime import UTC, datetime, timedelta

import certifi
import pytest

from idp.keys.models import SigningKey
from idp.web.checkup import address, outside
from tests.conftest import NOW
from tests.saml.metadata.sites import serving
from tests.waiting import until
from tests.web.checkup.conftest import FAULT, HTTPS, OK, WARNING, sentence, states
from tests.web.web_server import HEALTHY, Authority, a_web_server


def metadata(entity_id, certificate=""):
    key = f'<d:X509Certificate xmlns:d="http://www.w3.org/2000/09/xmldsig#">{certificate}</d:X509Certificate>'
    body = (
        f'<m:EntityDescriptor xmlns:m="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}">'
        f"<m:IDPSSODescriptor>{key}</m:IDPSSODescriptor></m:EntityDescriptor>"
    )
    return ("200 OK", "application/samlmetadata+xml", body.encode())


def visit(conf, answers, **serving):
    with a_web_server({"/healthz": HEALTHY, **answers}, **serving) as url:
        return address.check_online(conf(base_url=url, entity_id="urn:us"), datetime.now(UTC))


def test_the_address_of_this_installation_is_recognised(live_server, keys, settings):
    assert states(address.check_online(settings.LATCHKEY, NOW)) == [OK, OK]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"/healthz": ("502 Bad Gateway", "text/html", b"")}, "/healthz answers 502"),
        ({"/healthz": ("200 OK", "text/html", b"Welcome to the web server")}, "/healthz answers 200"),
        ({"/saml/metadata": ("404 Not Found", "text/html", b"")}, "answers 404 as text/html"),
        ({"/saml/metadata": ("200 OK", "text/xml", metadata("urn:us")[2])}, "answers 200 as text/xml"),
        ({"/saml/metadata": metadata("urn:others")}, "another entity ID"),
        ({"/saml/metadata": ("200 OK", "application/samlmetadata+xml", b"<!DOCTYPE x>")}, "another entity ID"),
        ({"/saml/metadata": metadata("urn:us", "AAAA")}, "none of our keys"),
    ],
)
def test_another_server_at_our_address_is_recognised(db, keys, conf, answers, said):
    own = SigningKey.objects.get(use="saml").certificate
    ours = metadata("urn:us", "".join(own.splitlines()[1:-1]))
    assert said in sentence(visit(conf, {"/saml/metadata": ours, **answers}))


@pytest.mark.parametrize(
    ("base_url", "said"),
    [
        ("http://no-such-host.invalid", "has no address"),
        ("http://127.0.0.1:9", "cannot be reached from here: connection refused"),
    ],
)
def test_an_unreachable_address_is_reported(db, conf, base_url, said):
    assert said in sentence(address.check_online(conf(base_url=base_url), NOW))


@pytest.fixture
def authority(tmp_path, monkeypatch):
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    return made


def test_a_trusted_certificate_is_in_order_until_two_weeks_before_its_end(db, conf, authority):
    ours = {"/saml/metadata": metadata("urn:us")}
    found = visit(conf, ours, certificate=authority.certify())
    assert states(found) == [OK, OK, OK]
    assert "valid for 89 more days" in found[-1].sentence
    soon = authority.certify(lasts=timedelta(days=13, hours=1))
    assert "ends in 13 days" in sentence(visit(conf, ours, certificate=soon))


def test_a_certificate_that_phones_reject_is_reported(db, conf, authority, monkeypatch):
    ended = authority.certify(lasts=timedelta(days=-1))
    assert "certificate has expired" in sentence(visit(conf, {}, certificate=ended))
    assert "Hostname mismatch" in sentence(visit(conf, {}, certificate=authority.certify("other.example")))
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "its certificate is not trusted" in sentence(visit(conf, {}, certificate=authority.certify()))


def test_a_certificate_of_a_known_authority_is_trusted_where_the_system_knows_none(db, conf, authority, monkeypatch):
    monkeypatch.setattr(certifi, "where", lambda: str(authority.path))
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    monkeypatch.setenv("SSL_CERT_DIR", "/nowhere")
    assert states(visit(conf, {"/saml/metadata": metadata("urn:us")}, certificate=authority.certify())) == [OK, OK, OK]


def test_an_answer_without_tls_counts_as_unreachable(db, conf, authority):
    with a_web_server({}, certificate=authority.certify()) as url, pytest.raises(outside.Unreachable):
        outside.get(url.replace("https:", "http:"))


def dripping(handler):
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
    for _times in range(100):
        handler.wfile.write(b"x")
        handler.server.over.wait(0.05)


def test_a_server_that_drips_is_given_up_and_leaves_no_thread_behind(monkeypatch):
    monkeypatch.setattr(outside, "SECONDS", 0.4)
    with serving({"/healthz": dripping}) as site:
        with pytest.raises(outside.Unreachable, match="no answer within"):
            outside.get(f"http://127.0.0.1:{site.port}/healthz")
        until(lambda: "exchange" not in {it.name for it in threading.enumerate()})


def test_a_server_that_never_shakes_hands_is_given_up(monkeypatch):
    monkeypatch.setattr(outside, "SECONDS", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pytest.raises(outside.Unreachable, match="no answer within"):
            outside.get(f"https://127.0.0.1:{silent.getsockname()[1]}/healthz")
        until(lambda: "exchange" not in {it.name for it in threading.enumerate()})


@pytest.mark.parametrize(
    ("entity_id", "expected"),
    [("", OK), ("urn:acme:login", OK), ("two words", FAULT), ("acme", FAULT), (f"urn:{'x' * 1024}", FAULT)],
)
def test_an_entity_id_is_a_uri(conf, entity_id, expected):
    assert address.check_locally(conf(entity_id=entity_id))[0].state is expected


@pytest.mark.parametrize(
    ("base_url", "expected"), [(HTTPS, OK), ("http://localhost:8000", OK), ("http://192.168.1.7:8000", WARNING)]
)
def test_plain_http_is_for_this_computer(conf, base_url, expected):
    assert address.check_locally(conf(base_url=base_url))[1].state is expected
