"""All messages: clocks, texts, DTDs, extensions."""

import socket
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from lxml import etree

from idp.agents.models import Agent
from idp.otp.models import PhoneAuthenticator
from idp.saml import names
from idp.saml.attributes.attribute import Attribute
from idp.saml.errors import UnreadableMetadata
from idp.saml.logout import request as logout_request
from idp.saml.metadata import sp_description
from idp.saml.metadata import trust as metadata_trust
from idp.saml.metadata.errors import UntrustedMetadata
from idp.saml.metadata.trust import REQUIRE, Demands
from idp.saml.models import ReleasedAttribute
from idp.saml.requests import authn_request
from idp.saml.responses.assertion import Authenticated, Envelope, ResponseContent, Subject, build_assertion
from idp.sessions.models import SsoSession
from tests.conformance.readers import found, our_metadata, posted, strictly_read
from tests.pretend_service import SLO, SSO
from tests.saml.logout.peer import NAME, a_logout_request, a_signed_redirect
from tests.saml.messages import ACS, FORM, NOW, SP, a_body, a_query, a_request, checked

WITHIN, BEYOND = (-4, 4), (-10, 10)
PEOPLE = ["+12015550104", "+12015550105", "+12015550106", "+12015550108"]
MANY_SCRIPTS = "Zoë, Ωμέγα, Ёлка, שלום, دينا, ขวัญ, 衛藤, 😀: <b>&amp;</b> \"'' \t]]>"
LONGEST = (MANY_SCRIPTS * 8)[:256]


def at(minutes):
    return f"{datetime.now(UTC) + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def is_over(session_index):
    return SsoSession.objects.get(index=session_index).ended_at is not None


# G01


def test_g01_a_request_from_a_clock_4_minutes_off_is_accepted_and_10_minutes_off_rejected(phone, shifts):
    for minutes in WITHIN:
        assert phone.open(shifts.request_url(IssueInstant=at(minutes))).form_with("identifier") is not None
    for minutes in BEYOND:
        assert phone.open(shifts.request_url(IssueInstant=at(minutes))).status == 400


def test_g01_a_logout_request_from_a_clock_4_minutes_off_is_accepted(phone, shifts):
    for minutes in WITHIN:
        told = shifts.sign_in(phone)
        phone.http.get(shifts.logout_url(told, IssueInstant=at(minutes)), allow_redirects=False, timeout=30)
        assert is_over(told.session_index)


def test_g01_a_logout_request_from_a_clock_10_minutes_off_is_rejected(phone, shifts):
    told = shifts.sign_in(phone)
    for minutes in BEYOND:
        assert phone.open(shifts.logout_url(told, IssueInstant=at(minutes))).status == 400
    assert not is_over(told.session_index)


def metadata_until(away):
    until = f"{NOW + away:%Y-%m-%dT%H:%M:%SZ}"
    acs = f'<md:AssertionConsumerService Binding="{names.HTTP_POST}" Location="{ACS}" index="0"/>'
    return (
        f'<md:EntityDescriptor xmlns:md="{names.METADATA}" entityID="{SP}" validUntil="{until}">'
        f'<md:SPSSODescriptor protocolSupportEnumeration="{names.PROTOCOL}">{acs}</md:SPSSODescriptor>'
        "</md:EntityDescriptor>"
    ).encode()


FIRST_AND_LAST = pytest.mark.parametrize(
    ("end", "sign"), [(timedelta(0), -1), (timedelta(days=30), 1)], ids=["past", "too far away"]
)
STRICT = Demands(valid_until_rule=REQUIRE, longest_days=30)


@FIRST_AND_LAST
def test_g01_metadata_with_an_expiry_4_minutes_off_is_accepted(end, sign):
    assert metadata_trust.read(metadata_until(end + sign * timedelta(minutes=4)), STRICT, NOW).entity_id == SP


@FIRST_AND_LAST
def test_g01_metadata_with_an_expiry_10_minutes_off_is_rejected(end, sign):
    with pytest.raises(UntrustedMetadata):
        metadata_trust.read(metadata_until(end + sign * timedelta(minutes=10)), STRICT, NOW)


def test_g01_the_tolerance_for_clocks_can_be_configured(phone, shifts, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"clock_skew_seconds": 60})
    assert phone.open(shifts.request_url(IssueInstant=at(-2))).status == 400


# G02


def test_g02_names_in_any_script_arrive_unchanged(phone, shifts):
    ReleasedAttribute.objects.create(service_provider=shifts.row, name="full_name", source="full_name")
    for number in PEOPLE:
        agent = Agent.objects.get(pk=PhoneAuthenticator.objects.get(number=number).user_id)
        response = strictly_read(shifts.ask(phone.like(), number), shifts)
        assert response.get_attributes() == {"full_name": [agent.full_name]}


def test_g02_names_and_values_of_256_characters_arrive_uncut(phone, shifts):
    ReleasedAttribute.objects.create(service_provider=shifts.row, name=LONGEST, source="fixed", fixed=LONGEST)
    assert strictly_read(shifts.ask(phone), shifts).get_attributes() == {LONGEST: [LONGEST]}


def test_g02_an_id_of_256_characters_is_returned_whole(phone, shifts):
    for letter in ("x", "é", "語"):
        wanted = f"_{letter * 255}"
        root = etree.fromstring(posted(shifts.ask(phone, ID=wanted)))
        assert set(found(root, "//@InResponseTo")) == {wanted}


def test_g02_an_entity_id_of_256_characters_is_the_audience(phone, shifts):
    shifts.entity_id = shifts.row.entity_id = "urn:" + "é語ё" * 84
    shifts.row.save()
    assert strictly_read(shifts.ask(phone), shifts).get_audiences() == [shifts.entity_id]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
NAMES = TEXT.filter(lambda it: it and it == it.strip())


@pytest.mark.long
@given(name=NAMES, value=TEXT, who=NAMES)
def test_g02_any_text_that_xml_allows_is_read_unchanged(name, value, who):
    said = ResponseContent(
        Envelope("idp", SP, ACS), Subject(who), Authenticated(NOW, "urn:x", "s"), (Attribute(name, (value,)),)
    )
    root = etree.fromstring(build_assertion(said, now=NOW).octets())
    assert found(root, "//saml:NameID")[0].text == who
    assert found(root, "//saml:Attribute/@Name") == [name]
    assert found(root, "//saml:AttributeValue")[0].text == (value or None)


# G03


@pytest.fixture
def listener():
    """A server to which nobody connects."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server
        with pytest.raises(BlockingIOError):
            server.accept()


def dtds(listener, folder):
    """Every kind of DTD: empty, internal, by parameter entity, and elsewhere, on this computer and beyond."""
    file = folder / "x.dtd"
    file.write_text('<!ENTITY x "y">')
    addresses = [f"http://127.0.0.1:{listener.getsockname()[1]}/x", file.as_uri()]
    external = [it for url in addresses for it in (f'SYSTEM "{url}"', f'[<!ENTITY % p SYSTEM "{url}">%p;]')]
    declared = ["", '[<!ENTITY x "y">]', "[<!ENTITY % p \"<!ENTITY x 'y'>\">%p;]", "[<!ATTLIST a b CDATA 'c'>]"]
    return [f"<!DOCTYPE a {it}>".encode() for it in declared + external]


def test_g03_a_request_with_a_dtd_is_rejected_and_nothing_is_fetched(phone, shifts, listener, tmp_path):
    for dtd in dtds(listener, tmp_path):
        xml = dtd + shifts.request()
        assert phone.open(f"{SSO}?{a_query(xml)}").status == 400
        body = a_body(xml)
        assert phone.http.post(SSO, body, headers={"Content-Type": FORM}, timeout=30).status_code == 400


def test_g03_a_logout_request_with_a_dtd_is_rejected_and_nothing_is_fetched(phone, shifts, listener, tmp_path):
    told = shifts.sign_in(phone)
    for dtd in dtds(listener, tmp_path):
        assert phone.open(f"{SLO}?{a_signed_redirect(dtd + shifts.logout_request(told), shifts.pair)}").status == 400
    assert not is_over(told.session_index)


def test_g03_metadata_with_a_dtd_is_rejected_and_nothing_is_fetched(listener, tmp_path):
    for dtd in dtds(listener, tmp_path):
        with pytest.raises(UnreadableMetadata, match="DTD"):
            sp_description.read(dtd + metadata_until(timedelta(days=1)))


def test_g03_no_sent_message_has_a_dtd(phone, shifts):
    answer = posted(shifts.ask(phone))
    error = posted(shifts.ask(phone.like(), IsPassive="true"))
    for sent in (answer, error, our_metadata(), our_metadata(signed="")):
        assert etree.fromstring(sent).getroottree().docinfo.doctype == ""


# EXT01

LOCAL_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,12}", fullmatch=True).filter(lambda it: it.lower() != "id")
FOREIGN = {"a": "urn:example:a", "b": "https://example.org/ns#", "c": "urn:oasis:names:tc:SAML:1.0:assertion"}
QUALIFIED = st.builds("{{{}}}{}".format, st.sampled_from(list(FOREIGN.values())), LOCAL_NAMES)


def an_element(tag, attributes, text, children):
    element = etree.Element(tag, attributes, nsmap=FOREIGN)
    element.text = text
    element.extend(children)
    return element


WITHOUT_CHILDREN = st.builds(an_element, QUALIFIED, st.dictionaries(QUALIFIED | LOCAL_NAMES, TEXT), TEXT, st.just([]))
EXTENSIONS = st.recursive(
    WITHOUT_CHILDREN,
    lambda inner: st.builds(an_element, QUALIFIED, st.dictionaries(QUALIFIED, TEXT), TEXT, st.lists(inner, max_size=3)),
    max_leaves=8,
)
FEWER = examples(max_examples=20)
SEVERAL = st.lists(EXTENSIONS, min_size=1, max_size=3)


def extended(namespace, extensions):
    holder = etree.Element(f"{{{namespace}}}Extensions")
    holder.extend(extensions)
    return etree.tostring(holder).decode()


@FEWER
@pytest.mark.long
@given(SEVERAL)
def test_ext01_a_request_means_the_same_with_any_extension(extensions):
    plain, more = (a_request(it) for it in ("", extended(names.PROTOCOL, extensions)))
    assert checked(more) == checked(plain)


@FEWER
@pytest.mark.long
@given(SEVERAL)
def test_ext01_a_logout_request_means_the_same_with_any_extension(extensions):
    more = a_logout_request(extended(names.PROTOCOL, extensions) + NAME)
    assert logout_request.parse(more) == logout_request.parse(a_logout_request())


@FEWER
@pytest.mark.long
@given(SEVERAL, st.dictionaries(QUALIFIED, TEXT, max_size=4))
def test_ext01_metadata_means_the_same_with_any_extension_and_foreign_attribute(extensions, attributes):
    plain = metadata_until(timedelta(days=1))
    root = etree.fromstring(plain)
    for holder in (root, *found(root, "//md:SPSSODescriptor | //md:AssertionConsumerService")):
        for name, value in attributes.items():
            holder.set(name, value)
    for holder in (root[0], root):
        holder.insert(0, etree.fromstring(extended(names.METADATA, extensions)))
    assert sp_description.read(etree.tostring(root)) == sp_description.read(plain)


@pytest.mark.long
@given(st.dictionaries(QUALIFIED, TEXT, min_size=1, max_size=4))
def test_ext01_foreign_attributes_are_ignored_where_the_schema_allows_them(attributes):
    data = an_element(f"{{{names.ASSERTION}}}SubjectConfirmationData", attributes, None, [])
    subject = (
        f'<saml:Subject><saml:NameID>x</saml:NameID><saml:SubjectConfirmation Method="{names.BEARER}">'
        f"{etree.tostring(data).decode()}</saml:SubjectConfirmation></saml:Subject>"
    )
    assert authn_request.parse(a_request(subject)).subject_unsupported


def test_ext01_a_request_with_extensions_is_answered(phone, shifts):
    inner = '<samlp:Extensions><x xmlns="urn:example" any="1">open<y/></x></samlp:Extensions>'
    assert shifts.sign_in(phone, inner=inner).name_id
