"""Metadata is fetched by https, from addresses that may be asked, and soon or not at all."""

import gzip
import ipaddress
import socket
import threading

import pytest

from idp.outgoing.exchange import resolve
from idp.saml.metadata.errors import UnfetchedMetadata
from idp.saml.metadata.fetch import fetch
from idp.saml.metadata.sp_description import MAX_METADATA
from tests.saml.metadata import sites
from tests.saml.metadata.documents import an_entity
from tests.saml.metadata.sites import certificate_for, document, leads_to, serving

HERE = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
XML = an_entity()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder for certificates; the authority of the tests is believed."""
    (tmp_path / "authority.pem").write_bytes(sites.authority())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return tmp_path


@pytest.fixture
def pem(folder):
    return certificate_for(folder, "sp.example", "127.0.0.1")


def here(_host, _port):
    """Looks every name up as this computer."""
    return ["127.0.0.1"]


def fetched(site, path="/metadata", host="sp.example", **changes):
    given = {"networks": HERE, "resolver": here, **changes}
    return fetch(f"https://{host}:{site.port}{path}", **given)


def refused(*args, **changes):
    with pytest.raises(UnfetchedMetadata) as error:
        fetched(*args, **changes)
    return error.value.sentence


def test_a_document_is_fetched_by_https(pem):
    with serving({"/metadata?v=1": document(XML)}, pem) as site:
        assert fetched(site, "/metadata?v=1") == XML
        _, headers = site.seen[0]
    assert headers["Host"] == f"sp.example:{site.port}"
    assert headers["Accept-Encoding"] == "identity"
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_an_address_by_number_is_proved_by_its_certificate_too(pem):
    with serving({"/metadata": document(XML)}, pem) as site:
        assert fetched(site, host="127.0.0.1") == XML


@pytest.mark.parametrize("hosts", [("other.example",), ("127.0.0.1",), ("localhost",)])
def test_a_certificate_of_another_name_is_refused(folder, hosts):
    with serving({"/metadata": document(XML)}, certificate_for(folder, *hosts)) as site:
        assert "is not trusted" in refused(site)
        assert not site.seen


def test_a_certificate_of_another_authority_is_refused(folder):
    pem = certificate_for(folder, "sp.example", by="somebody")
    with serving({"/metadata": document(XML)}, pem) as site:
        assert "is not trusted" in refused(site)


def test_proxies_of_the_environment_are_not_asked(pem, monkeypatch):
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving({"/metadata": document(XML)}, pem) as site:
        assert fetched(site) == XML


# Which addresses


def test_a_private_address_is_refused_before_anything_is_sent(pem):
    with serving({"/metadata": document(XML)}, pem) as site:
        assert "not public" in refused(site, networks=())
        assert not site.seen


def test_one_private_address_among_public_ones_is_enough_to_refuse(pem):
    with serving({"/metadata": document(XML)}, pem) as site:
        assert "not public" in refused(site, resolver=lambda *_: ["127.0.0.1", "10.0.0.1"])
        assert not site.seen


def test_a_name_is_looked_up_once(pem):
    asked = []

    def turning(host, _port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with serving({"/metadata": document(XML)}, pem) as site:
        assert fetched(site, resolver=turning) == XML
    assert asked == ["sp.example"]


def test_a_second_address_is_tried_where_the_first_is_silent(pem):
    with serving({"/metadata": document(XML)}, pem) as site:
        assert fetched(site, resolver=lambda *_: ["::1", "127.0.0.1"]) == XML


@pytest.mark.parametrize(
    "url",
    [
        "http://sp.example/metadata",
        "file:///etc/passwd",
        "ftp://sp.example/metadata",
        "gopher://127.0.0.1:25/_x",
        "https://user:secret@sp.example/metadata",
        "https://sp.example/metadata#x",
        "https://sp.example/me\r\nHost: x",
        "https://sp.exämple/metadata",
        "//sp.example/metadata",
        "https:///metadata",
        "metadata",
        "",
    ],
)
def test_addresses_of_another_kind_are_refused_and_no_name_is_looked_up(url):
    def never(*_):
        raise AssertionError("looked up")

    with pytest.raises(UnfetchedMetadata) as error:
        fetch(url, networks=HERE, resolver=never)
    assert "This address cannot be used" in error.value.sentence
    assert "secret" not in error.value.sentence


def test_plain_http_is_spoken_to_this_computer_where_it_is_listed():
    with serving({"/metadata": document(XML)}) as site:
        url = f"http://127.0.0.1:{site.port}/metadata"
        assert fetch(url, networks=HERE) == XML
        with pytest.raises(UnfetchedMetadata, match="not public"):
            fetch(url)


def test_plain_http_to_a_localhost_elsewhere_is_refused():
    with pytest.raises(UnfetchedMetadata, match="Plain http"):
        fetch("http://localhost/", networks=[ipaddress.ip_network("10.0.0.0/8")], resolver=lambda *_: ["10.0.0.1"])


# Redirects


def test_three_redirects_are_followed_and_a_fourth_is_not(pem):
    answers = {f"/{nth}": leads_to(f"/{nth - 1}", status) for nth, status in ((1, 301), (2, 307), (3, 308), (4, 303))}
    with serving({"/0": document(XML), **answers}, pem) as site:
        assert fetched(site, "/3") == XML
        assert refused(site, "/4") == "The server redirects more than 3 times."


def test_a_redirect_to_plain_http_is_refused(pem):
    with serving({"/metadata": document(XML)}) as plain:
        answers = {"/metadata": leads_to(f"http://127.0.0.1:{plain.port}/metadata")}
        with serving(answers, pem) as site:
            assert "redirects from https" in refused(site)
        assert not plain.seen


def test_a_redirect_to_a_private_address_is_refused(pem):
    names = {"sp.example": ["127.0.0.1"], "inside.example": ["10.0.0.1"]}
    with serving({"/metadata": leads_to("https://inside.example/metadata")}, pem) as site:
        sentence = refused(site, networks=HERE, resolver=lambda host, _: names[host])
    assert "not public" in sentence


@pytest.mark.parametrize("location", ["file:///etc/passwd", "https://a:b@sp.example/", "javascript:x", ""])
def test_a_redirect_to_anything_else_is_refused(pem, location):
    with serving({"/metadata": leads_to(location)}, pem) as site:
        assert refused(site)
        assert len(site.seen) == 1


# Sizes and times


@pytest.mark.parametrize("extra", [0, 1])
def test_a_document_is_read_up_to_the_limit(pem, extra):
    body = b" " * (MAX_METADATA + extra)
    with serving({"/metadata": document(body)}, pem) as site:
        if extra:
            assert "larger than 256 kB" in refused(site)
        else:
            assert fetched(site) == body


def test_an_endless_document_is_cut_at_the_limit(pem):
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        while not handler.server.over.is_set():
            handler.wfile.write(b" " * 65536)

    with serving({"/metadata": endless}, pem) as site:
        assert "larger than 256 kB" in refused(site)


def dripping(head):
    def answer(handler):
        handler.wfile.write(head)
        while not handler.server.over.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    return answer


@pytest.mark.long
@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nX: ",
        b"HTTP/1.",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
    ],
    ids=["body", "header", "status line", "announced body"],
)
def test_a_slow_drip_ends_with_the_time(pem, head):
    with serving({"/metadata": dripping(head)}, pem) as site:
        assert refused(site, seconds=0.4) == "The metadata did not arrive within 0.4 seconds."
        gone(20)  # though the server goes on dripping


def gone(seconds):
    """Wait until no fetch is under way any more: what was cut off leaves nothing behind."""
    for thread in threading.enumerate():
        if thread.name == "exchange":
            thread.join(seconds)
            assert not thread.is_alive()


def test_a_server_that_never_shakes_hands_ends_with_the_time(folder):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(UnfetchedMetadata):
            fetch(f"https://sp.example:{port}/", networks=HERE, resolver=here, seconds=0.4)
    gone(3)


def test_a_name_server_that_never_answers_ends_with_the_time():
    over = threading.Event()
    with pytest.raises(UnfetchedMetadata, match="did not arrive within"):
        fetch("https://sp.example/", resolver=lambda *_: over.wait(5) and [], seconds=0.2)
    over.set()
    gone(3)


def test_a_compressed_document_is_not_unpacked(pem):
    bomb = gzip.compress(b" " * 10_000_000)
    with serving({"/metadata": document(bomb, Content_Encoding="gzip")}, pem) as site:
        assert "compressed" in refused(site)


@pytest.mark.parametrize("status", [404, 500, 204, 304, 401])
def test_another_status_is_no_document(pem, status):
    with serving({"/metadata": document(b"", status)}, pem) as site:
        assert f"status {status}" in refused(site)


def garbage(handler):
    handler.wfile.write(b"220 mail.example ESMTP\r\n")


def many_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n")


@pytest.mark.parametrize("answer", [garbage, many_headers])
def test_an_answer_that_is_not_http_is_refused(pem, answer):
    with serving({"/metadata": answer}, pem) as site:
        assert "valid HTTP" in refused(site)


def test_a_server_that_does_not_listen_is_reported():
    assert "cannot be reached" in refused(type("Nobody", (), {"port": 9}))


def test_a_name_that_does_not_exist_is_reported():
    def unknown(*_):
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(UnfetchedMetadata, match="cannot be reached"):
        fetch("https://sp.example/", resolver=unknown)


def test_a_fault_that_nobody_thought_of_is_no_empty_document():
    def confused(*_):
        raise KeyError("host")

    with pytest.raises(KeyError):
        fetch("https://sp.example/", resolver=confused)


def test_the_systems_resolver_knows_this_computer():
    assert set(resolve("localhost", 443)) <= {"127.0.0.1", "::1"}
