"""A Response of ours is read back into the very facts that it was made from, whatever a name looks like."""

from datetime import UTC, datetime

import pytest

from idp.keys import certificates
from idp.saml import names
from idp.saml.assertion import Attribute, Encryption, Sign
from idp.saml.errors import RequestTooLarge, UnreadableRequest
from idp.saml.reading_answers import LARGEST, AttributeRead, moment, read
from tests.saml.answers import IDP, REQUEST, sent
from tests.saml.messages import FLEX_ACS, FLEX_SP

ODD = {
    "markup": "R&D <Team>",
    "script": "</td><script>alert(1)</script>",
    "right to left": "\u202e\u0645\u0631\u062d\u0628\u0627\u2066 \u05e9\u05dc\u05d5\u05dd",
    "256 characters": "ü" * 256,
    "entity": "&amp;lt; ]]> <!-- -->",
    "empty": "",
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_values_come_back_as_they_were_sent(idp_key, odd):
    kept = sent(idp_key, Attribute("team", (odd, "second")), Attribute(odd or "x", (odd,), names.URI)).kept
    last = read(kept).assertions[0].attributes[-2:]
    assert last == (
        AttributeRead("team", names.BASIC, (odd, "second")),
        AttributeRead(odd or "x", names.URI, (odd,)),
    )


def test_the_envelope_is_read(idp_key):
    found = read(sent(idp_key).kept)
    assert (found.issuer, found.destination, found.in_response_to) == (IDP, FLEX_ACS, REQUEST)
    assert (found.version, found.status, found.encrypted) == ("2.0", (names.SUCCESS,), 0)


def test_the_assertion_is_read(idp_key):
    found = read(sent(idp_key, name_id="a&b").kept).assertions[0]
    assert (found.name_id, found.name_id_format, found.issuer) == ("a&b", names.UNSPECIFIED, IDP)
    assert found.conditions[0].audiences == ((FLEX_SP,),)
    assert found.confirmations[0].recipient == FLEX_ACS
    assert found.statements[0].context_class == names.MOBILE_ONE_FACTOR_CONTRACT
    assert (found.statements[0].session_index, found.statements[0].session_not_on_or_after) == ("session-1", None)


@pytest.mark.parametrize(
    ("signed", "places"),
    [(Sign.BOTH, ["Response", "Assertion"]), (Sign.RESPONSE, ["Response"]), (Sign.ASSERTION, ["Assertion"])],
)
def test_signatures_are_named_by_place_algorithm_and_certificate(idp_key, signed, places):
    found = read(sent(idp_key, signed=signed).kept).signatures
    assert [it.on for it in found] == places
    assert {it.algorithm for it in found} == {names.RSA_SHA256}
    assert {it.fingerprint for it in found} == {certificates.fingerprint(idp_key.certificate)}
    assert [it.references for it in found] == [(f"#{it.on_id}",) for it in found]


def test_what_is_kept_reads_like_what_was_sent(idp_key):
    both = sent(idp_key, Attribute("team", (ODD["script"],)))
    assert read(both.kept) == read(both.octets.decode())


def test_an_encrypted_assertion_is_counted_and_what_is_kept_of_it_is_readable(idp_key, sp_pair):
    both = sent(idp_key, encryption=Encryption((sp_pair.certificate,)))
    outside, kept = read(both.octets.decode()), read(both.kept)
    assert (outside.encrypted, outside.assertions) == (1, ())
    assert (kept.encrypted, kept.assertions[0].name_id) == (0, "ana7")


def test_a_certificate_that_cannot_be_read_has_no_fingerprint(idp_key):
    kept = sent(idp_key, signed=Sign.RESPONSE).kept
    begin = kept.index("<ds:X509Certificate>") + len("<ds:X509Certificate>")
    assert read(f"{kept[:begin]}AAAA{kept[begin + 40 :]}").signatures[0].fingerprint == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no XML",
        "<a/>",
        "<!DOCTYPE a><a/>",
        f'<Response xmlns="{names.ASSERTION}"/>',
        "<a>\x00</a>",
        "<a>\ud800</a>",
    ],
    ids=["nothing", "text", "another", "DTD", "wrong namespace", "control", "surrogate"],
)
def test_anything_but_a_response_is_refused(text):
    with pytest.raises(UnreadableRequest):
        read(text)


@pytest.mark.parametrize("unwritable", ["\ud800", "\x07", "\ufffe"])
def test_a_response_with_a_character_that_xml_cannot_hold_is_refused(idp_key, unwritable):
    with pytest.raises(UnreadableRequest):
        read(sent(idp_key).kept.replace("ana7", f"ana{unwritable}"))


def test_a_name_with_an_element_inside_is_refused(idp_key):
    with pytest.raises(UnreadableRequest):
        read(sent(idp_key).kept.replace("ana7", "ana<b/>7"))


def test_more_than_a_megabyte_is_refused(idp_key):
    with pytest.raises(RequestTooLarge):
        read(sent(idp_key, Attribute("a", ("x" * LARGEST,))).kept)


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("2026-11-21T10:00:00Z", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ("2026-11-21T10:00:00.500Z", datetime(2026, 11, 21, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-11-21T10:00:00+00:00", None),
        ("2026-11-21T10:00:00", None),
        ("2026-11-21", None),
        ("", None),
        (None, None),
    ],
)
def test_an_instant_counts_only_in_utc_with_z(text, read_as):
    assert moment(text) == read_as
