"""What is read and believed of a service provider's LogoutRequest."""

from datetime import UTC, datetime, timedelta

import pytest
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request

from idp.saml import names
from idp.saml.errors import StaleRequest
from idp.saml.logout.request import parse
from tests.saml.keys import a_pair
from tests.saml.logout.peer import IDP, NAME, SLO_URL, a_logout_request, a_peer, a_signed_post, query_of
from tests.saml.logout.requests import ANN, ASYNCHRONOUS, EXTENSIONS, WAYS, checked, redirected
from tests.saml.messages import FORM, NOW, SP, receive_post, receive_redirect


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
    certificates = (a_pair("stranger").certificate, a_pair("sp").certificate)
    assert checked(redirected(), signing_certificates=certificates).id == "_one"


def test_no_session_index_means_all_sessions():
    trusted = checked(redirected(a_logout_request("<saml:NameID>ann7</saml:NameID>")))
    assert trusted.session_indexes == ()
    assert trusted.ends("any")


def test_only_the_named_sessions_end():
    inner = NAME + "<samlp:SessionIndex>s2</samlp:SessionIndex>"
    trusted = checked(redirected(a_logout_request(inner)))
    assert [trusted.ends(it) for it in ("s1", "s2", "s3")] == [True, True, False]


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


def test_an_asynchronous_request_expects_no_answer():
    assert checked(redirected(a_logout_request(EXTENSIONS.format(ASYNCHRONOUS) + NAME))).asynchronous


@pytest.mark.parametrize("away", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_a_clock_up_to_five_minutes_off_passes(away):
    assert checked(redirected(), now=NOW + away).id == "_one"


def test_expiry_is_read_and_tolerates_the_same_skew():
    received = redirected(a_logout_request(NotOnOrAfter="2026-11-21T08:59:00.5Z"))
    assert checked(received, now=NOW + timedelta(minutes=4)).id == "_one"
    with pytest.raises(StaleRequest, match=r"^wanted it before 2026-11-21 08:59:00\.5\S* and 0:05:00 more, saw it at "):
        checked(received, now=NOW + timedelta(minutes=4, milliseconds=500))


def test_an_operator_may_let_pass_less():
    less = timedelta(seconds=10)
    assert checked(redirected(), now=NOW + less, skew=less).id == "_one"
    with pytest.raises(StaleRequest):
        checked(redirected(), now=NOW + timedelta(seconds=11), skew=less)


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
