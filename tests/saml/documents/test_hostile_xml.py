"""XML meant to harm: refused before it means anything, and nothing is opened on its behalf."""

import contextlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from idp.errors import IdpError
from idp.saml.documents.parsing import MAX_XML, child, text_of
from idp.saml.documents.parsing import parse as parse_document
from idp.saml.errors import RequestTooLarge, UnreadableRequest
from idp.saml.requests.authn_request import parse
from tests.saml.messages import SP, a_request

REQUEST = a_request().decode()
PADDED = REQUEST.replace(SP, "&x;")


def with_dtd(declarations, request=PADDED):
    return f"<!DOCTYPE r {declarations}>{request}".encode()


def laughs():
    lines = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 9))
    return f'[<!ENTITY x0 "ha">{lines}<!ENTITY x "&x8;">]'


WITH_DTD = {
    "a bare DOCTYPE": with_dtd("", REQUEST),
    "an internal entity": with_dtd(f'[<!ENTITY x "{SP}">]'),
    "an external entity": with_dtd('[<!ENTITY x SYSTEM "file:///etc/hostname">]'),
    "a parameter entity": with_dtd('[<!ENTITY % p SYSTEM "http://127.0.0.1:9/p.dtd">%p;]'),
    "an external subset": with_dtd('SYSTEM "http://127.0.0.1:9/r.dtd"', REQUEST),
    "a public subset": with_dtd('PUBLIC "-//x" "http://127.0.0.1:9/r.dtd"', REQUEST),
    "a billion laughs": with_dtd(laughs()),
    "quadratic blow-up": with_dtd(f'[<!ENTITY x "{"a" * 9000}">]', PADDED.replace("&x;", "&x;" * 9000)),
    "a default attribute": with_dtd(f'[<!ATTLIST r ID CDATA "{SP}">]', REQUEST),
}


@pytest.mark.parametrize("xml", WITH_DTD.values(), ids=WITH_DTD)
def test_a_dtd_of_any_kind_is_refused(xml):
    with pytest.raises(UnreadableRequest):
        parse_document(xml)


def test_an_external_entity_opens_no_file(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(UnreadableRequest):
        parse_document(with_dtd(f'[<!ENTITY x SYSTEM "file://{fifo}">]'))


def test_a_schema_location_opens_no_file(tmp_path):
    fifo = tmp_path / "fifo.xsd"
    os.mkfifo(fifo)
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    located = REQUEST.replace(" ID=", f' xmlns:xsi="{xsi}" xsi:schemaLocation="urn:x file://{fifo}" ID=', 1)
    assert parse(located.encode()).issuer == SP


def declared(encoding):
    return f'<?xml version="1.0" encoding="{encoding}"?>{REQUEST}'


ENCODED = {
    "UTF-16 with a mark": REQUEST.encode("utf-16"),
    "UTF-16 without": REQUEST.encode("utf-16-le"),
    "UTF-16 declared": declared("UTF-16").encode("utf-16"),
    "UTF-16 only declared": declared("UTF-16").encode(),
    "UTF-32": REQUEST.encode("utf-32"),
    "UTF-7": declared("UTF-7").encode().replace(b"<saml:Issuer>", b"+ADw-saml:Issuer>"),
    "UTF-7 only declared": declared("utf-7").encode(),
    "Latin-1": declared("ISO-8859-1").replace("sp.", "spé.").encode("latin-1"),
    "EBCDIC": declared("cp037").encode("cp037"),
    "overlong": REQUEST.encode().replace(b"sp.", b"\xc0\xafsp."),
    "a surrogate": REQUEST.encode().replace(b"sp.", b"\xed\xa0\x80sp."),
}


@pytest.mark.parametrize("xml", ENCODED.values(), ids=ENCODED)
def test_only_utf_8_is_read(xml):
    with pytest.raises(UnreadableRequest):
        parse(xml)


BROKEN = {
    "nothing": b"",
    "white space": b"  \n",
    "text": b"hello",
    "JSON": b'{"a": 1}',
    "two documents": f"{REQUEST}{REQUEST}".encode(),
    "a document and text": f"{REQUEST}x".encode(),
    "a NUL inside": REQUEST.replace(SP, f"{SP}\0").encode(),
    "a NUL behind": f"{REQUEST}\0".encode(),
    "a control character": REQUEST.replace(SP, f"{SP}\x01").encode(),
    "an escaped control character": REQUEST.replace(SP, f"{SP}&#1;").encode(),
    "an undeclared entity": PADDED.encode(),
    "an undeclared prefix": REQUEST.replace("saml:Issuer", "who:Issuer").encode(),
    "cut short": REQUEST[:-5].encode(),
    "deep": b"<a>" * 5000 + b"</a>" * 5000,
    "an attribute twice": REQUEST.replace(' ID="_one"', ' ID="_one" ID="_one"').encode(),
}


@pytest.mark.parametrize("xml", BROKEN.values(), ids=BROKEN)
def test_bytes_that_are_not_one_well_formed_document_are_refused(xml):
    with pytest.raises(UnreadableRequest):
        parse(xml)


LARGE = {
    "a long text": f"<a>{'x' * MAX_XML}</a>",
    "many siblings": f"<a>{'<b/>' * 20_000}</a>",
    "many attributes": "<a " + " ".join(f'a{n}=""' for n in range(10_000)) + "/>",
    "many namespaces": "<a " + " ".join(f'xmlns:a{n}="u"' for n in range(6_000)) + "/>",
}


@pytest.mark.parametrize("xml", LARGE.values(), ids=LARGE)
def test_more_than_64_kb_is_not_parsed(xml):
    with pytest.raises(RequestTooLarge):
        parse_document(xml.encode())


ONE_ID_TWICE = {
    "the root's, on a child": '<a ID="x"><b ID="x"/></a>',
    "of two children": '<a ID="x"><b ID="y"/><b ID="y"/></a>',
    "spelt Id": '<a ID="x"><b Id="x"/></a>',
    "as xml:id": '<a ID="x"><b xml:id="x"/></a>',
    "with a prefix": '<a ID="x"><b xmlns:p="u" p:ID="x"/></a>',
}


@pytest.mark.parametrize("xml", ONE_ID_TWICE.values(), ids=ONE_ID_TWICE)
def test_an_id_twice_is_refused(xml):
    with pytest.raises(UnreadableRequest, match="once"):
        parse_document(xml.encode())


def test_two_ids_that_differ_pass():
    assert len(parse_document(b'<a ID="x"><b ID="y"/></a>')) == 1


SPLIT = ["a<!-- -->b", "a<?p i?>b", "a<![CDATA[b]]>", "<!-- x -->ab<!-- y -->", "&#97;b"]


@pytest.mark.parametrize("inner", SPLIT)
def test_a_split_text_is_read_whole(inner):
    assert text_of(parse_document(f"<a>{inner}</a>".encode())) == "ab"


def test_a_text_with_a_child_is_refused():
    with pytest.raises(UnreadableRequest):
        text_of(parse_document(b"<a>evil<b/>good</a>"))


def test_a_field_given_twice_is_refused():
    with pytest.raises(UnreadableRequest):
        child(parse_document(b"<a><b/><b/></a>"), "b")


def test_a_prolog_and_a_byte_order_mark_pass():
    prolog = '<?xml version="1.0" encoding="utf-8"?><!-- hello --><?p i?>'
    assert parse(b"\xef\xbb\xbf" + (prolog + REQUEST).encode()).issuer == SP


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused_honestly(data):
    for xml in (data, b"<a>" + data + b"</a>", REQUEST.encode().replace(SP.encode(), data)):
        with contextlib.suppress(IdpError):
            parse(xml)


def test_a_parsed_document_has_no_comments_or_instructions():
    root = parse_document(b"<a><!-- x --><b><?p i?></b></a>")
    assert etree.tostring(root) == b"<a><b/></a>"
