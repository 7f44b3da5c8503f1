"""XML of our own making, held to lxml's Exclusive C14N octet for octet."""

import itertools
import random
from datetime import UTC, datetime, timedelta, timezone

import pytest
from lxml import etree

from idp.saml.documents import elements
from idp.saml.documents.elements import PREFIXES, element, instant, writable

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ALLOWED = [(0x9, 0xB), (0xD, 0xE), (0x20, 0xD800), (0xE000, 0xFFFE), (0x10000, 0x110000)]  # XML 1.0, section 2.2
FORBIDDEN = [(0, 0x9), (0xB, 0xD), (0xE, 0x20), (0xD800, 0xE000), (0xFFFE, 0x10000)]
HOSTILE = ["&", "<", ">", '"', "'", "\r", "\n", "\t", "\r\n", " ", "]]>", "&amp;", "&#13;", "<!--", "<?x?>", "</a>"]
HOSTILE += [
    "\x7f",
    "\x85",
    "\u2028",
    "\u202e",
    "\ufeff",
    "e\u0301",
    "\ufffd",
    "\U0001f4f1",
    "\U0010ffff",
    "xmlns:ds='x'",
]


def by_lxml(root):
    return etree.tostring(root, method="c14n", exclusive=True)


def some_text(dice):
    def one():
        return dice.choice(HOSTILE) if dice.random() < 0.5 else chr(dice.randrange(*dice.choice(ALLOWED)))

    return "".join(one() for _ in range(dice.randrange(6)))


def a_tree(dice, parent, depth=0):
    """Build one element twice, by lxml below this parent and by ourselves, and all that is inside it."""
    prefix, name = dice.choice(list(PREFIXES)), dice.choice(["A", "b", "é", "B-1"])
    given = {it: some_text(dice) for it in dice.sample(["ID", "Id", "a", "Z", "xml:lang", "_"], dice.randrange(4))}
    text = some_text(dice)
    theirs = etree.SubElement(parent, f"{{{PREFIXES[prefix]}}}{name}")
    theirs.text = text
    for attribute, value in given.items():
        theirs.set(XML_LANG if attribute == "xml:lang" else attribute, value)
    children = [a_tree(dice, theirs, depth + 1) for _ in range(dice.randrange(4) if depth < 4 else 0)]
    ours = element(f"{prefix}:{name}", {**given, "left-out": None}, *children, text=text)
    assert ours.octets() == by_lxml(theirs)  # as if it were cut out of the document around it
    return ours


def test_an_element_is_canonical_to_the_octet_in_any_context():
    dice = random.Random(1)
    for _ in range(700):
        octets = a_tree(dice, etree.Element("holder", nsmap=PREFIXES)).octets()
        assert by_lxml(etree.fromstring(octets)) == octets


@pytest.mark.parametrize("characters", ALLOWED, ids=str)
def test_every_character_that_xml_allows_is_written_as_lxml_writes_it(characters):
    text = "".join(map(chr, range(*characters)))
    theirs = etree.Element(f"{{{PREFIXES['saml']}}}a", {"b": text}, nsmap=PREFIXES)
    theirs.text = text
    ours = element("saml:a", {"b": text}, text=text).octets()
    assert ours == by_lxml(theirs)
    read = etree.fromstring(ours, etree.XMLParser(huge_tree=True))
    assert (read.text, read.get("b")) == (text, text)


def test_every_other_one_is_refused():
    for character in map(chr, itertools.chain(*(range(*it) for it in FORBIDDEN))):
        for given, text in (({"a": "<" + character}, ""), (None, f"a{character}b")):
            with pytest.raises(ValueError, match="saml:a: a character that XML cannot hold"):
                element("saml:a", given, text=text)


def test_a_mark_is_nothing_that_a_value_can_hold():
    marks = elements._MARKS.values()
    assert len(set(marks)) == len(PREFIXES)
    assert not any(map(writable, marks))


def test_an_empty_element_is_written_as_canonical_xml_requires():
    uri = PREFIXES["saml"]
    assert element("saml:a", {"b": ""}).octets() == f'<saml:a xmlns:saml="{uri}" b=""></saml:a>'.encode()


def test_an_instant_is_written_in_utc_wherever_the_server_is(server_in_tokyo):
    nine = datetime(2026, 11, 21, 9, 0, 59, 999_999, tzinfo=UTC)
    assert instant(nine) == instant(nine.astimezone(timezone(timedelta(hours=5)))) == "2026-11-21T09:00:59Z"


def test_an_instant_without_time_zone_is_refused():
    with pytest.raises(ValueError, match=r"^an instant without time zone$"):
        instant(datetime(2026, 11, 21))  # noqa: DTZ001 - the case
