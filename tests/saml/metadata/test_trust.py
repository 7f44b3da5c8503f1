"""Metadata is believed only as far as a key that came by another way has signed it, and only in time."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from idp.saml import names
from idp.saml.errors import UnreadableMetadata
from idp.saml.metadata import trust as metadata_trust
from idp.saml.metadata.errors import UntrustedMetadata
from idp.saml.metadata.trust import CHECK, IGNORE, REQUIRE, Demands, read
from tests.saml.keys import a_pair
from tests.saml.metadata.documents import ENTITY, acs, an_entity, of_product, signed

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MD, DS = f"{{{names.METADATA}}}", f"{{{names.SIGNATURE}}}"
EVIL = "https://evil.example/acs"
WANTED = Demands(signing_certificate=a_pair("publisher").certificate)


def judged(xml, demands=WANTED):
    return read(xml, demands, NOW)


# IIP-MD03


def test_md03_a_document_signed_with_the_registered_key_is_believed():
    assert judged(signed(an_entity())).entity_id == ENTITY


def test_md03_signed_by_ecdsa_it_is_believed_as_well():
    pair = a_pair("ec", curve=True)
    xml = signed(an_entity(), pair, signature_algorithm="ecdsa-sha256")
    assert judged(xml, Demands(pair.certificate)).entity_id == ENTITY


def test_md03_an_expired_certificate_carries_its_key_as_well():
    pair = a_pair("expired", expired=True)
    assert judged(signed(an_entity(), pair), Demands(pair.certificate)).entity_id == ENTITY


def test_md03_a_signed_aggregate_of_one_is_believed():
    whole = f'<e:EntitiesDescriptor xmlns:e="{names.METADATA}">{an_entity().decode()}</e:EntitiesDescriptor>'
    assert judged(signed(whole.encode())).entity_id == ENTITY


def test_md03_without_a_registered_key_no_signature_is_looked_at():
    assert judged(of_product("ADFS"), Demands()).entity_id == ENTITY
    assert judged(signed(an_entity(), a_pair("stranger")), Demands()).entity_id == ENTITY


def test_md03_an_unsigned_document_is_refused_where_a_key_is_registered():
    with pytest.raises(UntrustedMetadata, match=r"^This metadata is not signed, and it must be\.$") as refused:
        judged(an_entity())
    assert refused.value.sentence == "This metadata is not signed, and it must be."


def test_md03_another_key_is_refused_though_its_certificate_comes_along():
    with pytest.raises(UntrustedMetadata, match=r"^wanted a signature by one of 1 registered keys") as refused:
        judged(signed(an_entity(), a_pair("stranger")))
    assert (
        refused.value.sentence == "The signature of this metadata does not hold with the certificate registered for it."
    )


TAMPERED = {
    "the ACS": (b"https://app.example.org/saml/acs", EVIL.encode()),
    "the entity ID": (ENTITY.encode() + b'"', b'urn:evil"'),
    "the binding's white space": (b"urn:oasis:names:tc:SAML:2.0:protocol", b"urn:oasis:names:tc:SAML:2.0:protocol "),
    "a new attribute": (b"<md:SPSSODescriptor", b'<md:SPSSODescriptor AuthnRequestsSigned="true"'),
    "a last instant": (b' ID="', b' validUntil="2030-01-01T00:00:00Z" ID="'),
    "a text": (b"</md:SPSSODescriptor>", b"x</md:SPSSODescriptor>"),
}


@pytest.mark.parametrize(("old", "new"), TAMPERED.values(), ids=TAMPERED)
def test_md03_a_document_changed_after_signing_is_refused(old, new):
    xml = signed(an_entity())
    assert old in xml
    with pytest.raises(UntrustedMetadata):
        judged(xml.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"xmldsig-more#rsa-sha256", b"xmldsig-more#hmac-sha256"),
        (b"xmlenc#sha256", b"xmldsig#sha1"),
        (b"2001/04/xmldsig-more#rsa-sha256", b"2000/09/xmldsig#rsa-sha1"),
        (b"2001/10/xml-exc-c14n#", b"2006/12/xml-c14n11"),
        (b"#enveloped-signature", b"#base64"),
    ],
)
def test_alg08_denied_algorithms_are_refused(old, new):
    with pytest.raises(UntrustedMetadata):
        judged(signed(an_entity()).replace(old, new))


def test_alg08_an_honest_signature_with_sha1_is_refused():
    root = etree.fromstring(signed(an_entity()))
    digest = root.find(f".//{DS}DigestMethod")
    digest.set("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1")
    with pytest.raises(UntrustedMetadata):
        judged(etree.tostring(root))


def test_md03_a_key_too_weak_is_refused():
    pair = a_pair("small", bits=1024)
    with pytest.raises(UntrustedMetadata):
        judged(signed(an_entity(), pair), Demands(pair.certificate))


# Signature wrapping: the signed document inside, and another one around it


def honest():
    return etree.fromstring(signed(an_entity()))


def evil():
    return etree.fromstring(an_entity(acs(EVIL)))


def with_signature(place):
    """An evil root that carries the honest signature, and the honest root at a place of its own."""
    outer, inner = evil(), honest()
    signature = inner[0]
    stripped = deepcopy(inner)
    stripped.remove(stripped[0])
    outer.insert(0, deepcopy(signature))
    place(outer, stripped)
    return etree.tostring(outer)


def an_extension(outer, inner):
    holder = etree.SubElement(outer, f"{MD}Extensions")
    holder.append(inner)


def in_the_object(outer, inner):
    etree.SubElement(outer[0], f"{DS}Object").append(inner)


def in_the_key_info(outer, inner):
    outer[0].find(f"{DS}KeyInfo").append(inner)


def at_the_end(outer, inner):
    outer.append(inner)


def same_id(outer, inner):
    outer.set("ID", inner.get("ID"))


def same_id_and_inside(outer, inner):
    inner.set("ID", "_other")
    outer.set("ID", "_document")
    outer.append(inner)


PLACES = [an_extension, in_the_object, in_the_key_info, at_the_end, same_id, same_id_and_inside]


@pytest.mark.parametrize("place", PLACES, ids=lambda it: it.__name__)
def test_md03_a_signature_moved_to_another_root_is_refused(place):
    with pytest.raises(UntrustedMetadata):
        judged(with_signature(place))


def test_md03_a_signed_entity_in_an_unsigned_aggregate_is_refused():
    whole = f'<e:EntitiesDescriptor xmlns:e="{names.METADATA}">{signed(an_entity()).decode()}</e:EntitiesDescriptor>'
    with pytest.raises(UntrustedMetadata):
        judged(whole.encode())


def at_the_back(root):
    root.append(root[0])


def twice(root):
    root.insert(1, deepcopy(root[0]))


def in_the_role(root):
    root.find(f"{MD}SPSSODescriptor").insert(0, root[0])


def a_second_reference(root):
    info = root[0].find(f"{DS}SignedInfo")
    info.append(deepcopy(info.find(f"{DS}Reference")))


def no_reference(root):
    root[0].find(f"{DS}SignedInfo/{DS}Reference").set("URI", "")


def a_file(root):
    root[0].find(f"{DS}SignedInfo/{DS}Reference").set("URI", "file:///etc/passwd")


def without_its_id(root):
    del root.attrib["ID"]


def a_style_sheet(root):
    transforms = root[0].find(f"{DS}SignedInfo/{DS}Reference/{DS}Transforms")
    etree.SubElement(transforms, f"{DS}Transform", Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116")


def an_empty_value(root):
    root[0].find(f"{DS}SignatureValue").text = ""


MISSHAPEN = [at_the_back, twice, in_the_role, a_second_reference, no_reference, a_file, without_its_id]
MISSHAPEN += [a_style_sheet, an_empty_value]


@pytest.mark.parametrize("bend", MISSHAPEN, ids=lambda it: it.__name__)
def test_md03_a_misshapen_signature_is_refused(bend):
    root = honest()
    bend(root)
    with pytest.raises(UntrustedMetadata):
        judged(etree.tostring(root))


def test_md03_a_second_signature_is_refused_in_words():
    root = honest()
    twice(root)
    with pytest.raises(UntrustedMetadata, match=r"^2 signatures, the first not in front or not alone$") as refused:
        judged(etree.tostring(root))
    assert refused.value.sentence == "This metadata must carry exactly one signature, in front of all else."


def test_md03_only_what_the_verifier_returned_is_read(monkeypatch):
    monkeypatch.setattr(
        metadata_trust, "verify_enveloped", lambda *_: etree.fromstring(an_entity(entity_id="urn:proved"))
    )
    assert judged(signed(an_entity())).entity_id == "urn:proved"


def test_md03_two_ids_are_refused_before_any_signature_is_looked_at():
    outer = evil()
    outer.set("ID", "_document")
    outer.append(honest())
    with pytest.raises(UnreadableMetadata):
        judged(etree.tostring(outer))


# IIP-MD04


def valid(until, rule):
    root = f'validUntil="{until:%Y-%m-%dT%H:%M:%SZ}"' if until else ""
    return judged(an_entity(root=root), Demands(valid_until_rule=rule, longest_days=30))


DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TAKEN = [
    (None, CHECK),
    (None, IGNORE),
    (NOW + DAY, CHECK),
    (NOW + 4000 * DAY, CHECK),
    (NOW - 4 * MINUTE, CHECK),
    (NOW - 4000 * DAY, IGNORE),
    (NOW + DAY, REQUIRE),
    (NOW + 30 * DAY + 5 * MINUTE, REQUIRE),
]
REFUSED = [
    (NOW - 5 * MINUTE, CHECK, "This metadata was valid until 2026-11-21 08:55 UTC only."),
    (NOW - DAY, REQUIRE, "This metadata was valid until 2026-11-20 09:00 UTC only."),
    (None, REQUIRE, "This metadata does not say until when it is valid, and it must."),
    (NOW + 30 * DAY + 6 * MINUTE, REQUIRE, "This metadata is valid until 2026-12-21, more than 30 days away."),
]


@pytest.mark.parametrize(("until", "rule"), TAKEN)
def test_md04_a_last_instant_that_fits_the_rule_is_taken(until, rule):
    assert valid(until, rule).entity_id == ENTITY


@pytest.mark.parametrize(("until", "rule", "words"), REFUSED)
def test_md04_a_last_instant_that_does_not_fit_is_refused_in_words(until, rule, words):
    with pytest.raises(UntrustedMetadata) as refused:
        valid(until, rule)
    assert (refused.value.sentence, refused.value.detail) == (words, words)


@pytest.mark.parametrize("place", ["root", "role"])
def test_md04_the_last_instant_of_root_and_role_count_alike(place):
    with pytest.raises(UntrustedMetadata, match="was valid until"):
        judged(an_entity(**{place: 'validUntil="2026-11-20T00:00:00Z"'}), Demands())


def test_md04_a_cache_duration_is_passed_over():
    assert judged(an_entity(root='cacheDuration="PT1S"'), Demands()).entity_id == ENTITY


def test_md04_a_signature_does_not_outlive_its_document():
    with pytest.raises(UntrustedMetadata, match="was valid until"):
        judged(signed(an_entity(root='validUntil="2026-11-20T00:00:00Z"')))
