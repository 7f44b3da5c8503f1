"""What every message has in front: read as it stands or refused in words for the log, believed, checked, and built."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from idp.saml import names
from idp.saml.documents import parsing
from idp.saml.documents.elements import element
from idp.saml.documents.parsing import Document
from idp.saml.errors import (
    MisshapenSignature,
    StaleRequest,
    UnknownServiceProvider,
    UnreadableRequest,
    WrongDestination,
)
from idp.saml.protocol_message import (
    Head,
    build_message,
    check_head,
    read_believed,
    read_head,
    read_instant,
    whole,
)
from idp.saml.received_message import Binding, Message, ReceivedMessage
from tests.saml.keys import a_pair
from tests.saml.messages import (
    NOW,
    SKEW,
    SP,
    SSO_URL,
    a_request,
    a_signed_query,
    posted,
    receive_redirect,
    signed,
    trust,
)


def refusal(kind, act, *given, **named):
    """Return what the log is told when this is refused."""
    with pytest.raises(kind) as caught:
        act(*given, **named)
    assert type(caught.value) is kind
    return caught.value.detail


def head_of(xml):
    return read_head(etree.fromstring(xml), "AuthnRequest")


# Reading


def test_a_head_is_read_unchanged():
    assert head_of(a_request(Destination=SSO_URL)) == Head("_one", SP, NOW, SSO_URL)


def test_a_message_may_say_nothing_of_where_it_goes():
    assert head_of(a_request()).destination is None


@pytest.mark.parametrize("id_", ["a", "_" * 256])
def test_an_id_of_one_to_256_characters_is_read(id_):
    assert head_of(a_request(ID=id_)).id == id_


def test_an_issuer_may_say_that_it_is_an_entity_and_is_not_trimmed():
    issuer = f'<saml:Issuer Format="{names.ENTITY}"> {SP}</saml:Issuer>'
    assert head_of(a_request(issuer=issuer)).issuer == f" {SP}"


ANOTHER = f"wanted AuthnRequest 2.0, saw '{{{names.PROTOCOL}}}"
UNREADABLE = {
    "another message": (a_request(root="Response"), f"{ANOTHER}Response' '2.0'"),
    "an older version": (a_request(Version="1.1"), f"{ANOTHER}AuthnRequest' '1.1'"),
    "no version": (a_request(Version=None), f"{ANOTHER}AuthnRequest' None"),
    "a padded ID": (a_request(ID="_one "), "wanted an ID of 1 to 256 characters, saw '_one '"),
    "a longer ID": (
        a_request(ID="x" * 257),
        f"wanted an ID of 1 to 256 characters, saw '{'x' * 199}… (259 characters)",
    ),
    "no Issuer": (a_request(issuer=""), "wanted an Issuer, saw none"),
    "an empty Issuer": (a_request(issuer="<saml:Issuer/>"), "wanted an Issuer, saw none"),
    "an Issuer by email": (
        a_request(issuer=f'<saml:Issuer Format="{names.EMAIL_ADDRESS}">{SP}</saml:Issuer>'),
        f"wanted an entity as Issuer, saw '{names.EMAIL_ADDRESS}'",
    ),
}


@pytest.mark.parametrize(("xml", "told"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_head_that_cannot_be_read_is_refused_with_what_was_wanted_and_what_came(xml, told):
    assert refusal(UnreadableRequest, head_of, xml) == told


@pytest.mark.parametrize("changes", [{"ID": None}, {"ID": "1"}, {"Other": "x"}], ids=["no ID", "a number", "unknown"])
def test_a_message_against_the_schema_is_refused_by_the_schema(changes):
    assert "saml-schema-protocol-2.0.xsd" in refusal(UnreadableRequest, head_of, a_request(**changes))


INSTANTS = {
    "2026-11-21T09:00:00Z": NOW,
    "2026-11-21T09:00:00.5Z": NOW + timedelta(milliseconds=500),
    "2026-11-21T09:00:00.000001Z": NOW + timedelta(microseconds=1),
    "2026-11-21T09:00:00.1234567Z": NOW + timedelta(microseconds=123456),
    "2024-02-29T23:59:59Z": datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC),
}


@pytest.mark.parametrize("text", INSTANTS)
def test_an_instant_is_read_to_the_microsecond(text):
    assert read_instant(etree.Element("a", NotOnOrAfter=text), "NotOnOrAfter") == INSTANTS[text]


NO_INSTANTS = {
    "": "in UTC with Z",
    "2026-11-21T09:00:00": "in UTC with Z",
    "2026-11-21T09:00:00+00:00": "in UTC with Z",
    "2026-11-21T09:00:00.Z": "in UTC with Z",
    "2026-02-30T09:00:00Z": "of the calendar",
    "2026-11-21T24:00:00Z": "of the calendar",
}


@pytest.mark.parametrize("text", NO_INSTANTS)
def test_an_invalid_instant_is_refused_by_its_name(text):
    told = refusal(StaleRequest, read_instant, etree.Element("a", NotOnOrAfter=text), "NotOnOrAfter")
    assert told == f"wanted NotOnOrAfter {NO_INSTANTS[text]}, saw '{text}'"


def test_an_instant_that_is_not_there_is_refused_as_an_empty_one():
    told = refusal(StaleRequest, read_instant, etree.Element("a"), "IssueInstant")
    assert told == "wanted IssueInstant in UTC with Z, saw ''"


# Believing


@pytest.fixture(scope="module")
def pair():
    return a_pair("ec", curve=True)


def id_of(root):
    return root.get("ID")


def never(root):
    raise AssertionError("read once more")


def believed(received, parsed="_one", read=id_of, *, certificates=(), **more):
    known = trust(signing_certificates=certificates)
    return read_believed(received, parsed, known, read, **{"message": Message.REQUEST, **more})


def test_an_unsigned_message_is_read_again_and_believed_as_unsigned():
    assert believed(posted(a_request())) == ("_one", False)


def test_octets_that_were_parsed_before_are_not_parsed_again():
    xml = b"parsed before"
    document = Document(xml, parsing.parse(a_request()))
    assert believed(posted(xml), "as parsed", never, document=document) == ("as parsed", False)


def test_a_document_parsed_from_other_octets_is_not_used():
    other = a_request(ID="_two")
    assert believed(posted(a_request()), document=Document(other, parsing.parse(other))) == ("_one", False)


def test_a_query_signed_by_a_registered_key_covers_what_was_parsed(pair):
    received = receive_redirect(a_signed_query(a_request(), pair, algorithm=names.ECDSA_SHA256))
    document = Document(received.xml, parsing.parse(received.xml))
    known = (pair.certificate,)
    assert believed(received, "as parsed", never, certificates=known, document=document) == ("as parsed", True)
    assert believed(received, certificates=known) == ("_one", True)


def test_a_message_signed_inside_is_read_from_what_the_signature_covers(pair):
    xml = signed(a_request(), pair, signature_algorithm="ecdsa-sha256")
    document = Document(xml, parsing.parse(xml))
    seen = []
    answer = believed(
        posted(xml), read=lambda root: seen.append(root) or "_one", certificates=(pair.certificate,), document=document
    )
    assert answer == ("_one", True)
    assert len(seen) == 1
    assert seen[0] is not document.root


def test_content_that_differs_from_what_was_signed_is_refused():
    told = refusal(MisshapenSignature, believed, posted(a_request()), "_another")
    assert told == "wanted the signed content to be the content read, saw a difference"


def test_an_answer_is_not_taken_for_a_request():
    received = ReceivedMessage(Binding.POST, a_request(), message=Message.RESPONSE)
    told = refusal(UnreadableRequest, believed, received)
    assert told == "wanted it in SAMLRequest, saw it in SAMLResponse"
    assert believed(received, message=Message.RESPONSE) == ("_one", False)


# Checking


def checked(*, issuer=SP, at=NOW, destination=SSO_URL, is_signed=True, skew=SKEW):
    head = Head("_one", issuer, at, destination)
    check_head(head, trust(), url=SSO_URL, signed=is_signed, now=NOW, skew=skew)


def test_only_the_registered_sender_passes():
    told = refusal(UnknownServiceProvider, checked, issuer=f"{SP}/")
    assert told == f"wanted the issuer '{SP}', saw '{SP}/'"


@pytest.mark.parametrize(("destination", "is_signed"), [(SSO_URL, True), (SSO_URL, False), (None, False)])
def test_a_message_to_this_address_passes_and_an_unsigned_one_need_not_say_where(destination, is_signed):
    checked(destination=destination, is_signed=is_signed)


@pytest.mark.parametrize(("destination", "is_signed"), [(None, True), ("", False), ("x", False), ("x", True)])
def test_a_message_to_another_address_is_refused(destination, is_signed):
    told = refusal(WrongDestination, checked, destination=destination, is_signed=is_signed)
    assert told == f"wanted '{SSO_URL}', saw {destination!r}"


@pytest.mark.parametrize("skew", [timedelta(minutes=5), timedelta(seconds=10)])
@pytest.mark.parametrize("way", [-1, 1], ids=["before", "after"])
def test_an_instant_passes_up_to_exactly_the_skew(skew, way):
    at = NOW + way * skew
    checked(at=at, skew=skew)
    over = at + way * timedelta(microseconds=1)
    told = refusal(StaleRequest, checked, at=over, skew=skew)
    assert told == f"wanted an IssueInstant within {skew} of {NOW}, saw {over}"


# Building


def built(**attributes):
    name = element("saml:NameID", text="ann7")
    return build_message("LogoutRequest", name, issuer=SP, destination=SSO_URL, now=NOW, attributes=attributes or None)


def test_our_messages_begin_with_their_head_and_have_no_signature():
    message = built(Reason="a<b", NotOnOrAfter=None)
    assert message.octets().decode() == (
        f'<samlp:LogoutRequest xmlns:samlp="{names.PROTOCOL}" Destination="{SSO_URL}" ID="{message.get("ID")}" '
        'IssueInstant="2026-11-21T09:00:00Z" Reason="a&lt;b" Version="2.0">'
        f'<saml:Issuer xmlns:saml="{names.ASSERTION}">{SP}</saml:Issuer>'
        f'<saml:NameID xmlns:saml="{names.ASSERTION}">ann7</saml:NameID></samlp:LogoutRequest>'
    )


def test_a_built_message_is_read_back_and_has_a_new_id():
    one, two = (read_head(etree.fromstring(built().octets()), "LogoutRequest") for _ in range(2))
    assert (one.issuer, one.issue_instant, one.destination) == (SP, NOW, SSO_URL)
    assert one.id != two.id


def test_a_value_that_peers_compare_is_kept_as_it_is():
    assert whole("a b") == "a b"


@pytest.mark.parametrize("value", ["", " ", " a", "a\n"])
def test_a_value_that_is_empty_or_padded_is_not_written(value):
    told = re.escape(f"empty or padded with white space: {value!r}")
    with pytest.raises(ValueError, match=f"^{told}$"):
        whole(value)
    with pytest.raises(ValueError, match=f"^{told}$"):
        build_message("LogoutRequest", issuer=value, destination=SSO_URL, now=NOW)
