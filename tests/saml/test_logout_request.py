"""LogoutRequests: what is read and believed of a service provider's, and what ours look like to one."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, quote_plus

import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from idp.saml import names
from idp.saml.assertion import LIFETIME, Answer, Authenticated, Envelope, Subject, build_assertion
from idp.saml.bindings import Binding, Message, ReceivedMessage, receive_post, receive_redirect
from idp.saml.errors import (
    AnswerLogoutWithStatus,
    BadSignature,
    DeniedAlgorithm,
    MisshapenSignature,
    MissingSignature,
    SamlStatus,
    StaleRequest,
    UnknownServiceProvider,
    UnknownSigningKey,
    UnreadableRequest,
    WrongDestination,
)
from idp.saml.logout.request import build, check, parse
from idp.saml.redirect_signing import form_value, redirect_url
from idp.saml.schemas import Schema, validate
from idp.saml.trust import RequestSignature
from tests.saml.keys import a_pair
from tests.saml.logout_peer import (
    IDP,
    NAME,
    RSA_SHA1,
    SLO_URL,
    SP_SLO,
    a_logout_request,
    a_peer,
    a_signed_post,
    a_signed_redirect,
    query_of,
)
from tests.saml.messages import FORM, NOW, SP, SSO_URL, a_body, a_query, a_request, a_signed_query, trust
from tests.saml.wrapping import HIDDEN

XML = a_logout_request()
ANN = Subject("ann7", names.PERSISTENT)
SAML = f"{{{names.ASSERTION}}}"


def redirected(xml=XML, pair=None, **options):
    return receive_redirect(a_signed_redirect(xml, pair or a_pair("sp"), **options))


def posted(xml=XML, pair=None, **options):
    return receive_post(a_signed_post(xml, pair or a_pair("sp"), **options), FORM)


def checked(received, *, now=NOW, pair=None, **changes):
    facts = {"signing_certificates": ((pair or a_pair("sp")).certificate,), **changes}
    return check(received, parse(received.xml), trust(**facts), slo_url=SLO_URL, now=now)


WAYS = pytest.mark.parametrize("way", [redirected, posted])


# Accepted


@WAYS
def test_a_signed_request_is_trusted(way):
    trusted = checked(way())
    assert (trusted.id, trusted.issuer, trusted.name_id) == ("_one", SP, "ann7")
    assert (trusted.name_id_format, trusted.session_indexes) == (names.PERSISTENT, ("s1",))
    assert not trusted.asynchronous


def test_relay_state_comes_along():
    assert checked(redirected(relay_state="a b/é")).relay_state == "a b/é"


@pytest.mark.parametrize("from_query_string", [True, False])
def test_a_request_of_another_library_is_trusted(idp_key, sp_pair, from_query_string):
    peer = a_peer(idp_key, sp_pair, from_query_string=from_query_string)
    url = peer.logout("https://sp.example.org/bye?a=b c", "ann7", "s1", name_id_format=names.PERSISTENT)
    trusted = checked(receive_redirect(query_of(url)), now=datetime.now(UTC))
    assert url.startswith(f"{SLO_URL}?")
    assert (trusted.id, trusted.session_indexes) == (peer.get_last_request_id(), ("s1",))
    assert trusted.is_about(ANN, IDP)
    assert trusted.relay_state == "https://sp.example.org/bye?a=b c"


def test_a_posted_request_of_another_library_is_trusted(idp_key, sp_pair):
    settings = a_peer(idp_key, sp_pair).get_settings()
    made = OneLogin_Saml2_Logout_Request(settings, name_id="ann7", session_index="s1", nq=IDP, spnq=SP)
    received = receive_post(a_signed_post(made.get_xml(), sp_pair), FORM)
    trusted = checked(received, now=datetime.now(UTC))
    assert (trusted.name_id_format, trusted.name_qualifier, trusted.sp_name_qualifier) == (None, IDP, SP)
    assert trusted.is_about(ANN, IDP)


def test_the_second_registered_key_is_tried():
    certificates = (a_pair("third").certificate, a_pair("sp").certificate)
    assert checked(redirected(), signing_certificates=certificates).id == "_one"


def test_no_session_index_means_all_sessions():
    trusted = checked(redirected(a_logout_request("<saml:NameID>ann7</saml:NameID>")))
    assert trusted.session_indexes == ()
    assert trusted.ends("any")


def test_only_the_named_sessions_end():
    inner = NAME + "<samlp:SessionIndex>s2</samlp:SessionIndex>"
    trusted = checked(redirected(a_logout_request(inner)))
    assert [trusted.ends(it) for it in ("s1", "s2", "s3")] == [True, True, False]


EXTENSIONS = "<samlp:Extensions>{}</samlp:Extensions>"
ASYNCHRONOUS = f'<a:Asynchronous xmlns:a="{names.ASYNC_LOGOUT}"/>'


@pytest.mark.parametrize(
    ("inner", "asynchronous"),
    [
        (ASYNCHRONOUS, True),
        ('<x:y xmlns:x="urn:x"/>' + ASYNCHRONOUS, True),
        ('<x:Asynchronous xmlns:x="urn:x"/>', False),
        (f'<x:y xmlns:x="urn:x">{ASYNCHRONOUS}</x:y>', False),
    ],
    ids=["alone", "beside another", "of another name", "deeper"],
)
def test_the_asynchronous_extension_is_read(inner, asynchronous):
    assert parse(a_logout_request(EXTENSIONS.format(inner) + NAME)).asynchronous is asynchronous


def test_who_waits_for_no_answer_is_trusted_to_wait_for_none():
    assert checked(redirected(a_logout_request(EXTENSIONS.format(ASYNCHRONOUS) + NAME))).asynchronous


@pytest.mark.parametrize("away", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_a_clock_up_to_five_minutes_off_passes(away):
    assert checked(redirected(), now=NOW + away).id == "_one"


def test_expiry_is_read_and_tolerates_the_same_skew():
    received = redirected(a_logout_request(NotOnOrAfter="2026-11-21T08:59:00.5Z"))
    assert checked(received, now=NOW + timedelta(minutes=4)).id == "_one"
    with pytest.raises(StaleRequest):
        checked(received, now=NOW + timedelta(minutes=4, milliseconds=500))


def test_an_operator_may_let_pass_less():
    received, sender = redirected(), trust(signing_certificates=(a_pair("sp").certificate,))
    how = {"slo_url": SLO_URL, "skew": timedelta(seconds=10)}
    assert check(received, parse(received.xml), sender, now=NOW + timedelta(seconds=10), **how).id == "_one"
    with pytest.raises(StaleRequest):
        check(received, parse(received.xml), sender, now=NOW + timedelta(seconds=11), **how)


def test_its_id_is_to_be_remembered_for_as_long_as_it_would_be_taken():
    received = redirected()
    until = checked(received).replayable_until
    assert checked(received, now=until).id == "_one"
    with pytest.raises(StaleRequest):
        checked(received, now=until + timedelta(microseconds=1))


@pytest.mark.parametrize("name", ["Ann &amp; Søn", "日本 ☎ ñ", "x" * 256])
def test_any_name_is_kept_exactly(name):
    received = redirected(a_logout_request(f"<saml:NameID>{name}</saml:NameID>"))
    assert checked(received).name_id == name.replace("&amp;", "&")


def test_a_comment_does_not_cut_a_name():
    assert parse(a_logout_request("<saml:NameID>ann<!-- -->7</saml:NameID>")).name_id == "ann7"


# About whom


def about(attributes="", value="ann7"):
    return checked(redirected(a_logout_request(f"<saml:NameID {attributes}>{value}</saml:NameID>")))


SAME = {
    "nothing more": "",
    "unspecified": f'Format="{names.UNSPECIFIED}"',
    "the format": f'Format="{names.PERSISTENT}"',
    "empty qualifiers": 'NameQualifier="" SPNameQualifier=""',
    "our qualifiers": f'NameQualifier="{IDP}" SPNameQualifier="{SP}"',
}


@pytest.mark.parametrize("attributes", SAME.values(), ids=SAME)
def test_a_name_matches_as_it_was_given(attributes):
    assert about(attributes).is_about(ANN, IDP)


OTHER = {
    "another format": f'Format="{names.TRANSIENT}"',
    "another namespace": 'NameQualifier="https://other.example"',
    "another service": f'SPNameQualifier="{SP}/other"',
}


@pytest.mark.parametrize("attributes", OTHER.values(), ids=OTHER)
def test_a_name_of_another_kind_does_not_match(attributes):
    assert not about(attributes).is_about(ANN, IDP)


@pytest.mark.parametrize("value", ["ANN7", " ann7", "ann7\n", "ann", "ann70", "\u0430nn7", ""])
def test_a_look_alike_does_not_match(value):
    assert not about(value=value).is_about(ANN, IDP)


# Refused


@pytest.mark.parametrize("rule", list(RequestSignature))
@pytest.mark.parametrize(
    "received", [receive_redirect(a_query(XML)), receive_post(a_body(XML), FORM)], ids=["redirect", "post"]
)
def test_an_unsigned_request_is_refused_under_every_rule(received, rule):
    with pytest.raises(MissingSignature):
        checked(received, request_signature=rule)


@WAYS
@pytest.mark.parametrize("rule", list(RequestSignature))
def test_a_foreign_key_is_refused_under_every_rule(way, rule):
    with pytest.raises(UnknownSigningKey):
        checked(way(pair=a_pair("third")), request_signature=rule)


@WAYS
@pytest.mark.parametrize("rule", list(RequestSignature))
def test_a_sound_signature_is_accepted_under_every_rule(way, rule):
    assert checked(way(), request_signature=rule).id == "_one"


@WAYS
def test_without_a_registered_key_nothing_is_believed(way):
    with pytest.raises(UnknownSigningKey):
        checked(way(), signing_certificates=())


@WAYS
def test_another_service_provider_cannot_speak_for_this_one(way):
    with pytest.raises(UnknownServiceProvider):
        checked(way(a_logout_request(issuer="<saml:Issuer>https://other.example</saml:Issuer>")))


@WAYS
@pytest.mark.parametrize("away", [timedelta(minutes=5, seconds=1), timedelta(minutes=-10), timedelta(days=1)])
def test_a_stale_or_early_request_is_refused(way, away):
    with pytest.raises(StaleRequest):
        checked(way(), now=NOW + away)


INSTANTS = ["2026-11-21T09:00:00", "2026-11-21T10:00:00+01:00", "2026-02-30T09:00:00Z", "soon", ""]


@pytest.mark.parametrize("written", INSTANTS)
@pytest.mark.parametrize("name", ["IssueInstant", "NotOnOrAfter"])
def test_an_instant_that_is_none_in_utc_is_refused(name, written):
    with pytest.raises((StaleRequest, UnreadableRequest)):
        parse(a_logout_request(**{name: written}))


DESTINATIONS = [None, "", SSO_URL, f"{SLO_URL}/", f"{SLO_URL}?x", SLO_URL[:-1], SLO_URL.upper(), f" {SLO_URL}"]


@WAYS
@pytest.mark.parametrize("destination", DESTINATIONS)
def test_a_request_for_another_address_is_refused(way, destination):
    with pytest.raises(WrongDestination):
        checked(way(a_logout_request(Destination=destination)))


@pytest.mark.parametrize("algorithm", [RSA_SHA1, "", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"])
def test_a_query_by_a_denied_algorithm_is_refused(algorithm):
    with pytest.raises((DeniedAlgorithm, MisshapenSignature)):
        checked(redirected(algorithm=algorithm, digest=hashes.SHA1))


@pytest.mark.parametrize("weak", [{"sign_algorithm": RSA_SHA1}, {"digest_algorithm": f"{names.SIGNATURE}sha1"}])
def test_sha_1_inside_is_refused(weak):
    with pytest.raises(DeniedAlgorithm):
        checked(posted(**weak))


@pytest.mark.parametrize("place", HIDDEN, ids=lambda it: it.__name__)
def test_a_genuine_request_hidden_in_a_forged_one_is_refused(place):
    genuine, forged = etree.fromstring(posted().xml), etree.fromstring(a_logout_request(ID="_evil"))
    hidden = ReceivedMessage(Binding.POST, etree.tostring(place(forged, genuine)))
    with pytest.raises((MisshapenSignature, UnreadableRequest, BadSignature)):
        checked(hidden)


def test_the_content_given_must_be_the_content_signed():
    received = posted()
    other = parse(a_logout_request(NAME.replace("ann7", "bob")))
    certificates = (a_pair("sp").certificate,)
    with pytest.raises(MisshapenSignature):
        check(received, other, trust(signing_certificates=certificates), slo_url=SLO_URL, now=NOW)


@WAYS
def test_changed_content_is_refused(way):
    received = way()
    changed = received.xml.replace(b"ann7", b"bob8")
    if way is redirected:
        pieces = a_signed_redirect(XML, a_pair("sp")).split("&")
        received = receive_redirect("&".join([a_query(changed), *pieces[1:]]))
    else:
        received = ReceivedMessage(Binding.POST, changed)
    with pytest.raises(UnknownSigningKey):
        checked(received)


def tampered():
    plain, state = (a_signed_redirect(XML, a_pair("sp"), relay_state=it) for it in (None, "r"))
    first = plain.partition("&")[0]
    return {
        "the request doubled": f"{first}&{plain}",
        "another in front": f"{a_query(a_logout_request(ID='_two'))}&{plain}",
        "the state doubled": f"{state}&RelayState=r",
        "the algorithm doubled": f"{plain}&SigAlg=x",
        "the signature doubled": f"{plain}&Signature=YQ%3D%3D",
        "a response beside": f"{plain}&SAMLResponse=YQ%3D%3D",
        "an empty response beside": f"{plain}&SAMLResponse=",
        "an escaped name beside": f"{plain}&SAML%52equest=YQ%3D%3D",
        "as a response": plain.replace("SAMLRequest=", "SAMLResponse="),
        "the state added": f"{plain}&RelayState=r",
        "the state changed": state.replace("RelayState=r", "RelayState=s"),
        "the state dropped": state.replace("&RelayState=r", ""),
        "the signature dropped": plain.partition("&Signature")[0],
        "the algorithm dropped": plain.replace(f"&SigAlg={quote(names.RSA_SHA256, safe='')}", ""),
    }


@pytest.mark.parametrize("name", tampered())
@pytest.mark.parametrize("message", [Message.REQUEST, None], ids=["request", "either"])
def test_a_tampered_query_is_refused(name, message):
    with pytest.raises((UnreadableRequest, BadSignature)):
        checked(receive_redirect(tampered()[name], message))


# A genuine message where it does not belong


def test_a_request_signed_as_a_response_is_refused():
    query = a_signed_redirect(XML, a_pair("sp"), "SAMLResponse")
    with pytest.raises(UnreadableRequest, match="SAMLResponse"):
        checked(receive_redirect(query, None))


def test_a_signed_authn_request_is_no_logout_request():
    received = receive_redirect(a_signed_query(a_request(Destination=SLO_URL), a_pair("sp")))
    with pytest.raises(UnreadableRequest):
        checked(received)


def test_the_request_of_a_signed_query_cannot_be_posted():
    with pytest.raises(MissingSignature):
        checked(receive_post(a_body(redirected().xml), FORM))


def test_a_signed_post_cannot_be_redirected():
    with pytest.raises(MisshapenSignature):
        checked(receive_redirect(a_query(posted().xml)))


def test_two_signatures_are_one_too_many():
    with pytest.raises(MisshapenSignature):
        checked(redirected(posted().xml))


def test_our_own_request_is_not_obeyed(idp_key):
    message = build(ANN, ["s1"], issuer=IDP, destination=SLO_URL, now=NOW)
    received = receive_redirect(query_of(redirect_url(message, idp_key)))
    with pytest.raises(UnknownSigningKey):
        checked(received)


NO_NAMES = {
    "a BaseID": '<saml:BaseID xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="urn:x" xsi:type="x:y"/>',
    "an EncryptedID": (
        '<saml:EncryptedID><e:EncryptedData xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:CipherData>'
        "<e:CipherValue>YQ==</e:CipherValue></e:CipherData></e:EncryptedData></saml:EncryptedID>"
    ),
}


@WAYS
def test_an_encrypted_name_is_answered_with_a_status(way):
    xml = a_logout_request(EXTENSIONS.format(ASYNCHRONOUS) + NO_NAMES["an EncryptedID"])
    with pytest.raises(AnswerLogoutWithStatus) as caught:
        checked(way(xml))
    told = caught.value
    assert told.saml_status == SamlStatus(names.REQUESTER, names.REQUEST_UNSUPPORTED)
    assert (told.in_response_to, told.relay_state, told.asynchronous) == ("_one", None, True)


def test_a_name_that_cannot_be_read_is_answered_with_the_state_it_came_with():
    with pytest.raises(AnswerLogoutWithStatus, match="wanted a plain NameID, saw a BaseID or an EncryptedID") as caught:
        checked(redirected(a_logout_request(NO_NAMES["an EncryptedID"]), relay_state="state"))
    assert caught.value.relay_state == "state"


@pytest.mark.parametrize("inner", NO_NAMES.values(), ids=NO_NAMES)
def test_no_status_is_told_to_a_stranger(inner):
    with pytest.raises((UnknownSigningKey, UnreadableRequest)):
        checked(redirected(a_logout_request(inner), a_pair("third")))


NOT_A_REQUEST = {
    "an AuthnRequest": a_request(),
    "SAML 1.1": a_logout_request(Version="1.1"),
    "nobody": a_logout_request(""),
    "two names": a_logout_request("<saml:NameID>a</saml:NameID><saml:NameID>b</saml:NameID>"),
    "a name with a child": a_logout_request("<saml:NameID>a<saml:NameID>b</saml:NameID></saml:NameID>"),
    "an index with a child": a_logout_request(NAME.replace("s1", "s<b/>1")),
    "the index in front": a_logout_request("<samlp:SessionIndex>s</samlp:SessionIndex><saml:NameID>a</saml:NameID>"),
    "an unknown attribute": a_logout_request(Other="x"),
    "no issuer": a_logout_request(issuer=""),
    "no ID": a_logout_request(ID=None),
    "a DTD": b"<!DOCTYPE a>" + XML,
}


@pytest.mark.parametrize("xml", NOT_A_REQUEST.values(), ids=NOT_A_REQUEST)
def test_what_is_no_valid_logout_request_is_unreadable(xml):
    with pytest.raises(UnreadableRequest):
        parse(xml)


# Ours


def ours(**changes):
    facts = {"issuer": IDP, "destination": SP_SLO, "now": NOW, **changes}
    return build(facts.pop("subject", ANN), facts.pop("session_indexes", ["s1", "s2"]), **facts)


@pytest.mark.parametrize("reason", [None, names.LOGOUT_BY_USER, names.LOGOUT_BY_ADMIN])
def test_ours_is_valid_by_the_schema(idp_key, reason):
    message = ours(reason=reason)
    for octets in (message.octets(), base64.b64decode(form_value(message, idp_key))):
        root = etree.fromstring(octets)
        validate(root, Schema.PROTOCOL)
        assert root.get("Reason") == reason


def test_ours_names_the_subject_and_the_sessions_as_the_assertion_did():
    authenticated = Authenticated(NOW, names.PREVIOUS_SESSION, "s1")
    assertion = build_assertion(Answer(Envelope(IDP, SP, SP_SLO), ANN, authenticated), now=NOW)
    message, assertion = (etree.fromstring(it.octets()) for it in (ours(session_indexes=["s1"]), assertion))
    told, given = (it.find(f".//{SAML}NameID") for it in (message, assertion))
    assert etree.tostring(told, method="c14n", exclusive=True) == etree.tostring(given, method="c14n", exclusive=True)
    assert message.findtext("{*}SessionIndex") == assertion.find(f"{SAML}AuthnStatement").get("SessionIndex")


def test_ours_lasts_as_long_as_any_assertion_issued_before():
    assert parse(ours().octets()).not_on_or_after == NOW + LIFETIME


@pytest.mark.parametrize("from_query_string", [True, False])
def test_ours_is_accepted_by_another_library(idp_key, sp_pair, from_query_string):
    url = redirect_url(ours(now=datetime.now(UTC)), idp_key, "r/ä b")
    peer = a_peer(idp_key, sp_pair, query_of(url), from_query_string=from_query_string)
    answer = peer.process_slo(keep_local_session=True)
    assert (peer.get_errors(), peer.get_last_error_reason()) == ([], None)
    assert answer.startswith(f"{SLO_URL}?SAMLResponse=")
    xml = peer.get_last_request_xml()
    data = {"Value": "ann7", "Format": names.PERSISTENT}
    assert OneLogin_Saml2_Logout_Request.get_nameid_data(xml) == data
    assert OneLogin_Saml2_Logout_Request.get_session_indexes(xml) == ["s1", "s2"]


def test_ours_posted_verifies_by_another_library(idp_key):
    xml = base64.b64decode(form_value(ours(), idp_key))
    options = {"xpath": "/samlp:LogoutRequest/ds:Signature", "validatecert": False, "raise_exceptions": True}
    assert OneLogin_Saml2_Utils.validate_sign(xml, idp_key.certificate, **options)


def test_that_library_refuses_what_was_changed_on_the_way(idp_key, sp_pair):
    query = query_of(redirect_url(ours(now=datetime.now(UTC)), idp_key, "r"))
    peer = a_peer(idp_key, sp_pair, query.replace("RelayState=r", "RelayState=s"))
    peer.process_slo(keep_local_session=True)
    assert "invalid_logout_request_signature" in peer.get_errors()


@pytest.mark.parametrize("wrong", [{"subject": Subject("")}, {"subject": Subject(" a")}, {"issuer": ""}])
def test_an_empty_or_padded_name_is_not_sent(wrong):
    with pytest.raises(ValueError, match="empty or padded"):
        ours(**wrong)


def test_what_xml_cannot_hold_is_not_sent():
    with pytest.raises(ValueError, match="cannot hold"):
        ours(session_indexes=["\x00"])


def test_every_message_has_an_id_of_its_own():
    assert ours().get("ID") != ours().get("ID")


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=50).filter(lambda it: it == it.strip())
)
@settings(deadline=None)
def test_any_name_of_ours_comes_back_equal(name):
    read = parse(ours(subject=Subject(name), session_indexes=[name]).octets())
    assert (read.name_id, read.session_indexes) == (name, (name,))


@pytest.mark.parametrize("escape", [quote, quote_plus])
def test_a_request_holds_over_the_escapes_as_sent_and_no_others(sp_pair, escape):
    query = a_signed_redirect(XML, sp_pair, relay_state="a b/c", escape=escape)
    assert checked(receive_redirect(query)).relay_state == "a b/c"
    with pytest.raises(UnknownSigningKey):
        checked(receive_redirect(query.replace("%2F", "%2f")))
