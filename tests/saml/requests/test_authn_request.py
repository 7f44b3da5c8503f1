"""AuthnRequests: what is read, and what is believed."""

import re
from contextlib import nullcontext as does_not_raise
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.saml import names
from idp.saml.errors import (
    AnswerWithStatus,
    MisshapenSignature,
    ReturnAddress,
    SamlStatus,
    StaleRequest,
    UnknownServiceProvider,
    UnofferedBinding,
    UnreadableRequest,
    UnregisteredAcs,
    WrongDestination,
    quoted,
)
from idp.saml.profiles import PROFILES
from idp.saml.requests.authn_request import check, parse
from idp.saml.requests.requested_context import Comparison, RequestedContext
from tests.saml.asking import contexts, name_id_policy
from tests.saml.messages import (
    ACS,
    FLEX_ACS,
    FLEX_SP,
    LEGACY_FLEX,
    NOW,
    SKEW,
    SP,
    SSO_URL,
    a_query,
    a_request,
    checked,
    posted,
    receive_redirect,
    trust,
)

EXTENSIONS = '<samlp:Extensions><x:a xmlns:x="urn:x" b="c">d<x:e/></x:a></samlp:Extensions>'
SUBJECT = "<saml:Subject>{}</saml:Subject>"


def flex_trust():
    legacy = PROFILES["flex-legacy"]
    return trust(
        entity_id=FLEX_SP,
        acs=((FLEX_ACS, 0, True),),
        requested_context=legacy.requested_context,
        name_id_formats=legacy.accepted_name_id_formats,
    )


def test_the_recorded_request_of_legacy_flex_is_trusted():
    received = receive_redirect(a_query(LEGACY_FLEX, RelayState="r" * 144))
    trusted = check(received, parse(received.xml), flex_trust(), sso_url=SSO_URL, now=NOW, skew=SKEW)
    assert (trusted.acs_url, trusted.relay_state) == (FLEX_ACS, "r" * 144)
    assert trusted.accepted_contexts is None
    assert (trusted.id[:9], trusted.signed) == ("ONELOGIN_", False)


def test_everything_a_request_says_is_read():
    request = parse(LEGACY_FLEX)
    assert request.issuer == FLEX_SP
    assert request.issue_instant == NOW
    assert request.provider_name == "Twilio"
    assert request.protocol_binding == names.HTTP_POST
    assert (request.name_id_format, request.allow_create) == (names.EMAIL_ADDRESS, True)
    assert request.requested_context == RequestedContext(
        Comparison.EXACT, ("urn:oasis:names:tc:SAML:2.0:ac:classes:Password",)
    )


def test_the_least_request_gets_the_default_acs():
    trusted = checked(a_request())
    assert (trusted.id, trusted.acs_url, trusted.relay_state) == ("_one", ACS, None)
    assert not trusted.force_authn
    assert not trusted.is_passive


@pytest.mark.parametrize(("written", "meant"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_a_boolean_is_read_in_all_its_spellings(written, meant):
    trusted = checked(a_request(ForceAuthn=written, IsPassive=written))
    assert (trusted.force_authn, trusted.is_passive) == (meant, meant)


SURVIVING = {
    "extensions": EXTENSIONS,
    "scoping": '<samlp:Scoping ProxyCount="1"><samlp:RequesterID>urn:x</samlp:RequesterID></samlp:Scoping>',
    "conditions": '<saml:Conditions NotBefore="2026-11-21T08:00:00Z"/>',
    "an empty policy": "<samlp:NameIDPolicy/>",
}


@pytest.mark.parametrize("inner", SURVIVING.values(), ids=SURVIVING)
def test_optional_content_is_passed_over(inner):
    assert checked(a_request(inner)).acs_url == ACS


@pytest.mark.parametrize("id_", ["_" + "x" * 255, "a.b-c", "é", "日本語"])
def test_any_ncname_of_256_characters_is_an_id(id_):
    assert checked(a_request(ID=id_)).id == id_


NOT_A_REQUEST = {
    "a Response": a_request(root="Response"),
    "a LogoutRequest": a_request("<saml:NameID>x</saml:NameID>", root="LogoutRequest"),
    "an unknown root": b"<AuthnRequest/>",
    "no namespace": a_request().replace(b"urn:oasis:names:tc:SAML:2.0:protocol", b"urn:x"),
    "SAML 1.1": a_request(Version="1.1"),
    "no version": a_request(Version=None),
    "in a SOAP envelope": b'<s:Envelope xmlns:s="urn:s">' + a_request() + b"</s:Envelope>",
    "an unknown element": a_request("<samlp:Other/>"),
    "an unknown attribute": a_request(Other="x"),
    "the wrong order": a_request("<samlp:NameIDPolicy/><saml:Subject><saml:NameID>x</saml:NameID></saml:Subject>"),
    "a bad boolean": a_request(ForceAuthn="yes"),
    "a capital boolean": a_request(ForceAuthn="True"),
    "a bad index": a_request(AssertionConsumerServiceIndex="65536"),
    "a negative index": a_request(AssertionConsumerServiceIndex="-1"),
    "no ID": a_request(ID=None),
    "an empty ID": a_request(ID=""),
    "an ID that is no NCName": a_request(ID="1:2"),
    "a padded ID": a_request(ID=" _one"),
    "an ID of 257": a_request(ID="_" + "x" * 256),
    "no instant": a_request(IssueInstant=None),
    "no Issuer": a_request(issuer=""),
    "an empty Issuer": a_request(issuer="<saml:Issuer/>"),
    "two Issuers": a_request(issuer=f"<saml:Issuer>{SP}</saml:Issuer>" * 2),
    "an Issuer with a child": a_request(issuer=f"<saml:Issuer>{SP}<saml:Issuer/></saml:Issuer>"),
    "an Issuer by email": a_request(issuer=f'<saml:Issuer Format="{names.EMAIL_ADDRESS}">{SP}</saml:Issuer>'),
}


@pytest.mark.parametrize("xml", NOT_A_REQUEST.values(), ids=NOT_A_REQUEST)
def test_an_invalid_authn_request_is_unreadable(xml):
    with pytest.raises(UnreadableRequest):
        parse(xml)


LOOK_ALIKES = {
    "another case": SP.upper(),
    "padded": f" {SP}\n",
    "longer": f"{SP}/",
    "shorter": SP[:-1],
    "another letter": SP.replace("a", "\u0430"),
    "split by a comment": f"{SP}<!-- -->.evil.example",
    "split by an instruction": f"{SP}<?x y?>.evil.example",
}


@pytest.mark.parametrize("issuer", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_an_issuer_is_the_exact_whole_text(issuer):
    with pytest.raises(UnknownServiceProvider):
        checked(a_request(issuer=f"<saml:Issuer>{issuer}</saml:Issuer>"))


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_an_instant_within_five_minutes_passes(seconds):
    assert checked(a_request(), now=NOW + timedelta(seconds=seconds)).id == "_one"


@pytest.mark.parametrize("seconds", [-600, -301, 301, 600])
def test_an_instant_beyond_five_minutes_is_stale(seconds):
    with pytest.raises(StaleRequest):
        checked(a_request(), now=NOW + timedelta(seconds=seconds))


def test_an_operator_may_let_pass_less():
    received = posted(a_request())
    for seconds, refused in ((10, does_not_raise()), (11, pytest.raises(StaleRequest))):
        with refused:
            checked(received, now=NOW + timedelta(seconds=seconds), skew=timedelta(seconds=10))


@pytest.mark.parametrize("fraction", [".0", ".123", ".1234567890"])
def test_fractions_of_a_second_pass(fraction):
    assert checked(a_request(IssueInstant=f"2026-11-21T09:00:00{fraction}Z")).id == "_one"


INSTANTS = {
    "no Z": "2026-11-21T09:00:00",
    "an offset": "2026-11-21T09:00:00+00:00",
    "a far year": "12026-11-21T09:00:00Z",
    "before our era": "-2026-11-21T09:00:00Z",
    "midnight as 24": "2026-11-20T24:00:00Z",
}


@pytest.mark.parametrize("written", INSTANTS.values(), ids=INSTANTS)
def test_an_instant_written_otherwise_is_stale(written):
    with pytest.raises(StaleRequest):
        parse(a_request(IssueInstant=written))


@pytest.mark.parametrize(
    "written", ["2026-11-21T09:00:0\u0660Z", "2026-02-30T09:00:00Z", " 2026-11-21T09:00:00Z", "now", ""]
)
def test_an_instant_outside_the_schema_is_unreadable(written):
    with pytest.raises(UnreadableRequest):
        parse(a_request(IssueInstant=written))


def test_the_exact_destination_passes():
    assert checked(a_request(Destination=SSO_URL)).id == "_one"


DESTINATIONS = ["", SSO_URL[:-1], SSO_URL + "/", SSO_URL + "?x", SSO_URL.upper(), "https://idp.example.org/"]


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_another_destination_is_wrong(destination):
    with pytest.raises(WrongDestination):
        checked(a_request(Destination=destination))


def test_an_acs_is_found_by_url():
    assert checked(a_request(AssertionConsumerServiceURL=f"{ACS}/two")).acs_url == f"{ACS}/two"


def test_an_acs_is_found_by_index():
    assert checked(a_request(AssertionConsumerServiceIndex="1")).acs_url == f"{ACS}/two"


def test_without_a_default_the_first_acs_is_taken():
    assert checked(a_request(), acs=(("https://a.example/1", 5, False), (ACS, 6, False))).acs_url[-1] == "1"


STRANGE_ACS = {
    "longer": f"{ACS}/x",
    "shorter": ACS[:-1],
    "with a query": f"{ACS}?x=1",
    "user name": "https://sp.example.org@evil.example/acs",
    "subdomain": "https://sp.example.org.evil.example/acs",
    "http": ACS.replace("https", "http"),
    "capitals": ACS.replace("sp", "SP"),
    "escaped": ACS.replace("acs", "%61cs"),
    "port": ACS.replace(".org", ".org:443"),
    "dots": ACS.replace("/acs", "/x/../acs"),
    "padded": f" {ACS}",
    "script": "javascript:alert(1)",
    "empty": "",
}


@pytest.mark.parametrize("url", STRANGE_ACS.values(), ids=STRANGE_ACS)
def test_an_acs_that_is_not_registered_is_refused(url):
    with pytest.raises(UnregisteredAcs, match=f"wanted one of .*{ACS}.*, saw {re.escape(quoted(url))}"):
        checked(a_request(AssertionConsumerServiceURL=url))


def test_an_index_that_is_not_registered_is_refused():
    with pytest.raises(UnregisteredAcs, match=f"wanted one of .*{ACS}.*, saw 7"):
        checked(a_request(AssertionConsumerServiceIndex="7"))


def test_an_index_together_with_a_url_is_refused():
    with pytest.raises(UnregisteredAcs, match="wanted an ACS by URL or by index, saw both"):
        checked(a_request(AssertionConsumerServiceIndex="0", AssertionConsumerServiceURL=ACS))


@pytest.mark.parametrize("binding", [names.HTTP_REDIRECT, "urn:oasis:names:tc:SAML:2.0:bindings:PAOS", ""])
def test_answers_go_by_post_alone(binding):
    with pytest.raises(UnofferedBinding, match=f"wanted {names.HTTP_POST}, saw '{binding}'"):
        checked(a_request(ProtocolBinding=binding))


def test_nothing_is_answered_before_the_acs_is_known():
    with pytest.raises(UnregisteredAcs):
        checked(a_request(f'<samlp:NameIDPolicy Format="{names.TRANSIENT}"/>', AssertionConsumerServiceIndex="9"))


def test_a_named_subject_is_handed_on():
    assert checked(a_request(SUBJECT.format("<saml:NameID>ann</saml:NameID>"))).subject_name_id == "ann"


CONFIRMATION = f'<saml:SubjectConfirmation Method="{names.BEARER}"/>'


@pytest.mark.parametrize("inner", [CONFIRMATION, f"<saml:NameID>ann</saml:NameID>{CONFIRMATION}"])
def test_another_kind_of_subject_is_answered_as_unsupported(inner):
    with pytest.raises(AnswerWithStatus) as caught:
        checked(a_request(SUBJECT.format(inner)))
    assert caught.value.saml_status == SamlStatus(names.REQUESTER, names.REQUEST_UNSUPPORTED)


def test_a_request_that_cannot_be_met_is_answered_with_a_status_and_its_relay_state():
    unmet = [
        (
            a_request(name_id_policy(Format=names.ENTITY)),
            rf"wanted a NameID format of .*, saw '{names.ENTITY}' for None",
        ),
        (a_request(name_id_policy(SPNameQualifier="urn:x")), "saw None for 'urn:x'"),
        (a_request(SUBJECT.format(CONFIRMATION)), "wanted a plain NameID in Subject"),
        (a_request(contexts("urn:other")), "wanted a context among .*, saw .*urn:other"),
    ]
    for xml, sentence in unmet:
        with pytest.raises(AnswerWithStatus, match=sentence) as caught:
            checked(posted(xml, "state"))
        assert caught.value.return_address == ReturnAddress(ACS, "_one", "state")


def test_a_request_that_is_not_the_one_received_is_refused():
    with pytest.raises(MisshapenSignature):
        check(posted(a_request(ID="_two")), parse(a_request()), trust(), sso_url=SSO_URL, now=NOW, skew=SKEW)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<&\ufffe\uffff"), max_size=256))
def test_any_text_of_an_issuer_is_read_uncut(text):
    if text:
        assert parse(a_request(issuer=f"<saml:Issuer>{text}</saml:Issuer>")).issuer == text
