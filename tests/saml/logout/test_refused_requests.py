"""LogoutRequests that are not believed: unsigned, changed, stale, sent elsewhere, or none at all."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import hashes
from lxml import etree

from idp.saml import names
from idp.saml.bindings.encoding import redirect_url
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
from idp.saml.received_message import Binding, Message, ReceivedMessage
from idp.saml.trust import RequestSignature
from tests.saml.keys import a_pair
from tests.saml.logout.peer import IDP, NAME, RSA_SHA1, SLO_URL, a_logout_request, a_signed_redirect, query_of
from tests.saml.logout.requests import ANN, ASYNCHRONOUS, EXTENSIONS, WAYS, XML, checked, posted, redirected
from tests.saml.messages import (
    FORM,
    NOW,
    SKEW,
    SSO_URL,
    a_body,
    a_query,
    a_request,
    a_signed_query,
    receive_post,
    receive_redirect,
    trust,
)
from tests.saml.wrapping import HIDDEN


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
        checked(way(pair=a_pair("stranger")), request_signature=rule)


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
        check(received, other, trust(signing_certificates=certificates), slo_url=SLO_URL, now=NOW, skew=SKEW)


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
    with pytest.raises(
        AnswerLogoutWithStatus, match=r"^wanted a plain NameID, saw a BaseID or an EncryptedID$"
    ) as told:
        checked(redirected(a_logout_request(NO_NAMES["an EncryptedID"]), relay_state="state"))
    assert told.value.relay_state == "state"


@pytest.mark.parametrize("inner", NO_NAMES.values(), ids=NO_NAMES)
def test_a_stranger_gets_no_status(inner):
    with pytest.raises((UnknownSigningKey, UnreadableRequest)):
        checked(redirected(a_logout_request(inner), a_pair("stranger")))


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
def test_an_invalid_logout_request_is_unreadable(xml):
    with pytest.raises(UnreadableRequest):
        parse(xml)
