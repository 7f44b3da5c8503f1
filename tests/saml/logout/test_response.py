"""A service provider's LogoutResponse is believed only if we asked."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from lxml import etree
from onelogin.saml2.logout_response import OneLogin_Saml2_Logout_Response

from idp.saml import names
from idp.saml.bindings.encoding import redirect_url
from idp.saml.errors import (
    BadSignature,
    DeniedAlgorithm,
    MisshapenSignature,
    MissingSignature,
    NoRequest,
    SamlStatus,
    StaleRequest,
    UnexpectedLogoutResponse,
    UnknownServiceProvider,
    UnknownSigningKey,
    UnreadableRequest,
    WrongDestination,
)
from idp.saml.logout import request as logout_request
from idp.saml.logout.response import check, parse
from idp.saml.received_message import Binding, Message, ReceivedMessage
from idp.saml.responses.assertion import Subject
from idp.saml.trust import RequestSignature
from tests.saml.keys import a_pair
from tests.saml.logout.peer import (
    IDP,
    RSA_SHA1,
    SLO_URL,
    SP_SLO,
    a_logout_request,
    a_logout_response,
    a_peer,
    a_signed_post,
    a_signed_redirect,
    query_of,
)
from tests.saml.logout.responses import SUCCESS
from tests.saml.messages import FORM, NOW, SKEW, SSO_URL, a_body, a_query, receive_post, receive_redirect, trust
from tests.saml.wrapping import HIDDEN

XML = a_logout_response()
RESPONSE = Message.RESPONSE


def redirected(xml=XML, pair=None, **options):
    return receive_redirect(a_signed_redirect(xml, pair or a_pair("sp"), "SAMLResponse", **options), RESPONSE)


def posted(xml=XML, pair=None, **options):
    return receive_post(a_signed_post(xml, pair or a_pair("sp"), "SAMLResponse", **options), FORM, RESPONSE)


def unsigned(query):
    return query.replace("SAMLRequest=", "SAMLResponse=")


def checked(received, *, now=NOW, open_requests=("_asked",), how=(), **changes):
    facts = trust(**{"signing_certificates": (a_pair("sp").certificate,), **changes})
    parsed = parse(received.xml)
    how = {"skew": SKEW, **dict(how)}
    return check(received, parsed, facts, slo_url=SLO_URL, open_requests=open_requests, now=now, **how)


WAYS = pytest.mark.parametrize("way", [redirected, posted])


@WAYS
def test_a_signed_answer_to_our_request_is_believed(way):
    trusted = checked(way())
    assert trusted.in_response_to == "_asked"
    assert trusted.signed_out


STATUSES = [
    (names.SUCCESS, None, True),
    (names.SUCCESS, names.PARTIAL_LOGOUT, False),
    (names.RESPONDER, None, False),
    (names.REQUESTER, names.UNKNOWN_PRINCIPAL, False),
    ("urn:other", "urn:else", False),
]


@pytest.mark.parametrize(("top", "second", "signed_out"), STATUSES)
def test_its_status_is_read(top, second, signed_out):
    trusted = checked(redirected(a_logout_response(status=top, second=second)))
    assert trusted.status == SamlStatus(top, second)
    assert trusted.signed_out is signed_out


def test_a_code_below_the_second_or_in_the_detail_says_nothing():
    deeper = XML.replace(
        f'<samlp:StatusCode Value="{names.SUCCESS}"></samlp:StatusCode>'.encode(),
        f'<samlp:StatusCode Value="{names.SUCCESS}"/><samlp:StatusMessage>x</samlp:StatusMessage><samlp:StatusDetail>'
        f'<samlp:StatusCode Value="{names.PARTIAL_LOGOUT}"/></samlp:StatusDetail>'.encode(),
    )
    assert deeper != XML
    assert parse(deeper).status == SUCCESS
    third = f'urn:x"><samlp:StatusCode Value="{names.PARTIAL_LOGOUT}"/></samlp:StatusCode>'
    xml = a_logout_response(second="urn:x").replace(b'urn:x"/>', third.encode())
    assert parse(xml).status == SamlStatus(names.SUCCESS, "urn:x")


@pytest.mark.parametrize("from_query_string", [True, False])
def test_another_library_obeys_and_answers(idp_key, sp_pair, from_query_string):
    now = datetime.now(UTC)
    ours = logout_request.build(Subject("ann7"), ["s1"], issuer=IDP, destination=SP_SLO, now=now)
    query = query_of(redirect_url(ours, idp_key, "state/ä b+c"))
    peer = a_peer(idp_key, sp_pair, query, from_query_string=from_query_string)
    received = receive_redirect(query_of(peer.process_slo(keep_local_session=True)), None)
    trusted = checked(received, now=now, open_requests={ours.get("ID")})
    assert (received.message, received.relay_state) == (RESPONSE, "state/ä b+c")
    assert trusted.signed_out


def test_a_posted_answer_of_another_library_is_believed(idp_key, sp_pair):
    made = OneLogin_Saml2_Logout_Response(a_peer(idp_key, sp_pair).get_settings())
    made.build("_asked", names.RESPONDER)
    received = receive_post(a_signed_post(made.get_xml(), sp_pair, "SAMLResponse"), FORM, None)
    assert checked(received, now=datetime.now(UTC)).status == SamlStatus(names.RESPONDER)


@pytest.mark.parametrize("away", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_a_clock_up_to_five_minutes_off_passes(away):
    assert checked(redirected(), now=NOW + away).signed_out


@pytest.mark.parametrize("rule", list(RequestSignature))
@pytest.mark.parametrize("way", ["redirect", "post"])
def test_an_unsigned_answer_is_refused_under_every_rule(way, rule):
    if way == "redirect":
        received = receive_redirect(unsigned(a_query(XML)), RESPONSE)
    else:
        received = receive_post(unsigned(a_body(XML).decode()).encode(), FORM, RESPONSE)
    with pytest.raises(MissingSignature):
        checked(received, request_signature=rule)


@WAYS
def test_a_foreign_key_is_refused(way):
    with pytest.raises(UnknownSigningKey):
        checked(way(pair=a_pair("stranger")))


@WAYS
def test_an_answer_of_another_service_provider_is_refused(way):
    with pytest.raises(UnknownServiceProvider):
        checked(way(a_logout_response(issuer="<saml:Issuer>https://other.example</saml:Issuer>")))


@WAYS
@pytest.mark.parametrize("answered", [None, "_other", "_aske", "_asked2", "_ASKED"])
def test_an_answer_to_what_was_not_asked_is_refused(way, answered):
    with pytest.raises(UnexpectedLogoutResponse) as caught:
        checked(way(a_logout_response(InResponseTo=answered)))
    assert caught.value.detail == f"wanted one of ('_asked',), saw {answered!r}"


@WAYS
@pytest.mark.parametrize("away", [timedelta(minutes=5, seconds=1), timedelta(minutes=-10)])
def test_a_stale_or_early_answer_is_refused(way, away):
    with pytest.raises(StaleRequest):
        checked(way(), now=NOW + away)


@WAYS
@pytest.mark.parametrize("destination", [None, "", SSO_URL, f"{SLO_URL}/", SLO_URL[:-1]])
def test_an_answer_for_another_address_is_refused(way, destination):
    with pytest.raises(WrongDestination):
        checked(way(a_logout_response(Destination=destination)))


def test_an_operator_may_let_pass_less():
    less = {"skew": timedelta(seconds=10)}
    assert checked(redirected(), now=NOW + timedelta(seconds=10), how=less).signed_out
    with pytest.raises(StaleRequest):
        checked(redirected(), now=NOW + timedelta(seconds=11), how=less)


def test_an_answer_that_no_browser_carried_need_not_say_where_it_goes():
    assert checked(posted(a_logout_response(Destination=None)), how={"in_exchange": True}).signed_out
    with pytest.raises(WrongDestination):
        checked(posted(a_logout_response(Destination=SSO_URL)), how={"in_exchange": True})


def test_sha_1_is_refused():
    with pytest.raises(DeniedAlgorithm):
        checked(redirected(algorithm=RSA_SHA1, digest=hashes.SHA1))
    with pytest.raises(DeniedAlgorithm):
        checked(posted(sign_algorithm=RSA_SHA1))


@pytest.mark.parametrize("place", HIDDEN, ids=lambda it: it.__name__)
def test_a_genuine_answer_hidden_in_a_forged_one_is_refused(place):
    genuine, forged = etree.fromstring(posted().xml), etree.fromstring(a_logout_response(ID="_evil"))
    hidden = ReceivedMessage(Binding.POST, etree.tostring(place(forged, genuine)), message=RESPONSE)
    with pytest.raises((BadSignature, UnreadableRequest)):
        checked(hidden)


def test_changed_content_is_refused():
    received = posted(a_logout_response(status=names.RESPONDER))
    changed = received.xml.replace(names.RESPONDER.encode(), names.SUCCESS.encode())
    with pytest.raises(UnknownSigningKey):
        checked(ReceivedMessage(Binding.POST, changed, message=RESPONSE))


def tampered():
    plain, state = (a_signed_redirect(XML, a_pair("sp"), "SAMLResponse", relay_state=it) for it in (None, "r"))
    return {
        "doubled": f"{plain.partition('&')[0]}&{plain}",
        "the state doubled": f"{state}&RelayState=r",
        "the state changed": state.replace("RelayState=r", "RelayState=s"),
        "the state dropped": state.replace("&RelayState=r", ""),
        "the state added": f"{plain}&RelayState=r",
        "a request beside": f"{a_query(a_logout_request())}&{plain}",
        "as a request": plain.replace("SAMLResponse=", "SAMLRequest="),
        "half a signature": plain.partition("&Signature")[0],
    }


@pytest.mark.parametrize("name", tampered())
@pytest.mark.parametrize("message", [RESPONSE, None], ids=["response", "either"])
def test_a_tampered_query_is_refused(name, message):
    with pytest.raises((UnreadableRequest, BadSignature)):
        checked(receive_redirect(tampered()[name], message))


def test_an_answer_signed_as_a_request_is_refused():
    query = a_signed_redirect(XML, a_pair("sp"), "SAMLRequest")
    with pytest.raises(UnreadableRequest, match="SAMLRequest"):
        checked(receive_redirect(query, None))


def test_the_content_given_must_be_the_content_signed():
    facts = trust(signing_certificates=(a_pair("sp").certificate,))
    other = parse(a_logout_response(ID="_two"))
    with pytest.raises(MisshapenSignature):
        check(redirected(), other, facts, slo_url=SLO_URL, open_requests=["_asked"], now=NOW, skew=SKEW)


NOT_AN_ANSWER = {
    "a LogoutRequest": a_logout_request(),
    "a Response": XML.replace(b"samlp:LogoutResponse", b"samlp:Response"),
    "SAML 1.1": a_logout_response(Version="1.1"),
    "no status": a_logout_response().replace(b"samlp:Status>", b"samlp:Other>"),
    "no issuer": a_logout_response(issuer=""),
    "no ID": a_logout_response(ID=None),
}


@pytest.mark.parametrize("xml", NOT_AN_ANSWER.values(), ids=NOT_AN_ANSWER)
def test_an_invalid_logout_response_is_unreadable(xml):
    with pytest.raises(UnreadableRequest):
        parse(xml)


def test_a_response_without_content_differs_from_a_request():
    with pytest.raises(NoRequest, match="SAMLResponse"):
        receive_redirect("SAMLResponse=", RESPONSE)
