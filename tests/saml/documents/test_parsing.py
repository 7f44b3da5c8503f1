"""What is read from a message: whole texts, single children and plain truths, or a sentence for the log."""

import pytest
from lxml import etree

from idp.saml.documents.parsing import boolean, child, parse, text_of
from idp.saml.errors import RequestTooLarge, UnreadableRequest


def test_a_document_of_the_largest_size_is_read_and_one_byte_more_is_not():
    assert parse(b"<a/>", limit=4).tag == "a"
    with pytest.raises(RequestTooLarge, match=r"^wanted at most 3 bytes of XML, saw 4$"):
        parse(b"<a/>", limit=3)


def test_a_document_of_256_levels_is_read_and_one_of_more_is_not():
    assert parse(b"<a>" * 256 + b"</a>" * 256).tag == "a"
    with pytest.raises(UnreadableRequest, match="Excessive depth in document: 256"):
        parse(b"<a>" * 257 + b"</a>" * 257)


UNREADABLE = {
    "wanted a document without DTD, saw <!DOCTYPE": b"<!DOCTYPE a><a/>",
    "wanted well-formed XML, but 'Premature end of data in tag a": b"<a>",
    "wanted UTF-8, but invalid start byte at byte 3": b"<a>\xff</a>",
    "wanted UTF-8, saw a declaration of 'latin1'": b"<?xml version='1.0' encoding='latin1'?><a/>",
    "wanted each ID once, saw '_1' again": b"<a ID='_1'><b Id='_1'/></a>",
}


@pytest.mark.parametrize(("sentence", "xml"), UNREADABLE.items())
def test_the_log_says_why_a_document_is_not_read(sentence, xml):
    with pytest.raises(UnreadableRequest) as caught:
        parse(xml)
    assert str(caught.value).startswith(sentence)


def test_another_encoding_is_refused_behind_a_byte_order_mark_too():
    with pytest.raises(UnreadableRequest, match=r"^wanted UTF-8, saw a declaration of 'utf-16'$"):
        parse(b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-16'?><a/>")


def test_a_text_is_read_as_it_is_and_an_absent_one_is_empty():
    assert text_of(parse(b"<a> b<!-- c --> d</a>")) == " b d"
    assert text_of(parse(b"<a/>")) == ""
    with pytest.raises(UnreadableRequest, match=r"^wanted nothing but text in a, saw b$"):
        text_of(parse(b"<a>text<b/></a>"))


def test_a_child_is_read_only_if_there_is_one():
    assert child(parse(b"<a><b/><c><b/></c></a>"), "b") is not None
    assert child(parse(b"<a><c><b/></c></a>"), "b") is None
    with pytest.raises(UnreadableRequest, match=r"^wanted one b at most, saw 2$"):
        child(parse(b"<a><b/><b/></a>"), "b")


@pytest.mark.parametrize(("written", "meant"), [("true", True), ("1", True), ("false", False), (" 0\n", False)])
def test_a_truth_is_read_in_both_spellings(written, meant):
    element = etree.Element("a", ForceAuthn=written)
    assert boolean(element, "ForceAuthn") is meant


def test_an_absent_truth_is_false():
    assert boolean(etree.Element("a"), "ForceAuthn") is False


@pytest.mark.parametrize("written", ["", "yes", "TRUE", "2", "\u00a0true"])
def test_any_other_word_is_no_truth(written):
    with pytest.raises(UnreadableRequest, match=r"^wanted true, false, 1 or 0 in ForceAuthn, saw '"):
        boolean(etree.Element("a", ForceAuthn=written), "ForceAuthn")
