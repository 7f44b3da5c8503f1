"""Elements that are written once and filled in many times."""

import pytest

from idp.saml.documents.elements import element
from idp.saml.documents.stencil import Stencil, place
from tests.saml.documents.test_elements import HOSTILE


def siblings(name, text):
    """Two elements that both say the name, one of them the text too."""
    return element("saml:a", {"Name": name}, element("ds:b", text=text)), element("samlp:c", {"Name": name})


def test_a_filled_stencil_equals_the_document_written_at_once():
    stencil = Stencil(*siblings(place(1), place(0)))
    for name in HOSTILE:
        for text in HOSTILE:
            filled = element("saml:holder", None, stencil.filled([text, name]))
            assert filled.octets() == element("saml:holder", None, *siblings(name, text)).octets()


def test_nobody_else_is_found_in_it_later():
    stencil = Stencil(*siblings(place(0), place(1)))
    stencil.filled(["Ann", "0101"])
    assert stencil.filled(["Ben", "0202"]).marked == Stencil(*siblings("Ben", "0202")).filled([]).marked


def test_a_text_that_looks_like_a_place_is_a_text():
    written = Stencil(*siblings("0-1-", place(0))).filled([place(0)])
    assert b'Name="0-1-"' in written.marked
    assert place(0).encode() in written.marked


@pytest.mark.parametrize(("own", "within"), [(["\0", "a"], "an attribute"), (["a", "\0"], "a text")])
def test_a_stencil_refuses_characters_that_xml_cannot_hold(own, within):
    with pytest.raises(ValueError, match=f"^{within}: a character that XML cannot hold$"):
        Stencil(*siblings(place(0), place(1))).filled(own)
