"""Receiving: the two bindings, their limits, and what is refused before any XML is read."""

import base64
import contextlib
import tracemalloc
import zlib
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.errors import IdpError
from idp.saml.bindings.decoding import (
    MAX_BODY,
    MAX_QUERY,
    MAX_RELAY_STATE,
    receive_relay_state,
)
from idp.saml.documents.parsing import MAX_XML
from idp.saml.errors import (
    MisshapenSignature,
    NoRequest,
    RelayStateTooLong,
    RequestTooLarge,
    UnreadableRequest,
)
from idp.saml.names import DEFLATE, RSA_SHA256
from idp.saml.received_message import Binding, Message, ReceivedMessage
from tests.saml.messages import FORM, a_body, a_query, a_request, deflate, receive_post, receive_redirect

XML = a_request()
QUERY = a_query(XML)
VALUE = QUERY.partition("=")[2]


def encoded(data):
    return quote(base64.b64encode(data).decode(), safe="")


def test_a_redirect_is_decoded_and_inflated():
    assert receive_redirect(QUERY) == ReceivedMessage(Binding.REDIRECT, XML)


def test_a_query_in_octets_is_read_like_one_in_text():
    assert receive_redirect(QUERY.encode()) == receive_redirect(QUERY)


def test_a_post_is_decoded():
    assert receive_post(a_body(XML), FORM) == ReceivedMessage(Binding.POST, XML)


def test_a_content_type_may_name_its_charset():
    assert receive_post(a_body(XML), f"{FORM.upper()}; charset=UTF-8").xml == XML


def test_posted_base64_may_be_wrapped_in_lines():
    wrapped = base64.encodebytes(XML).replace(b"\n", b"\r\n").decode()
    assert receive_post(f"SAMLRequest={quote(wrapped, safe='')}".encode(), FORM).xml == XML


def test_the_encoding_may_be_named():
    assert receive_redirect(a_query(XML, SAMLEncoding=DEFLATE)).xml == XML


def test_foreign_parameters_are_left_alone():
    assert receive_redirect(f"utm=1&{QUERY}&_gl=a%zz&&x").xml == XML


RELAY_STATES = {
    "an address": "https://flex.twilio.com/x?y=1&z=%41",
    "script": "<script>alert('1')</script>",
    "a template": "{{ 7*7 }}{% x %}",
    "CR LF": "a\r\nSet-Cookie: b",
    "several scripts": "日本 ☎ ñ",
    "nothing": "",
    "the longest": "x" * MAX_RELAY_STATE,
}


@pytest.mark.parametrize("state", RELAY_STATES.values(), ids=RELAY_STATES)
def test_relay_state_is_kept_exactly(state):
    assert receive_redirect(a_query(XML, RelayState=state)).relay_state == state
    assert receive_post(a_body(XML, RelayState=state), FORM).relay_state == state


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\n"), max_size=1000))
def test_any_relay_state_of_a_form_is_kept(state):
    assert receive_redirect(a_query(XML, RelayState=state)).relay_state == state


def test_no_relay_state_differs_from_an_empty_one():
    assert receive_redirect(QUERY).relay_state is None


@pytest.mark.parametrize("escape", ["%ff", "%c0%af", "%ed%a0%80", "%00", "a%0ab", "a%0db"])
def test_a_relay_state_that_no_form_can_carry_is_refused(escape):
    with pytest.raises(UnreadableRequest, match=r"wanted (UTF-8 in RelayState, but|a RelayState that a form)"):
        receive_redirect(f"{QUERY}&RelayState={escape}")


def test_a_relay_state_over_4_kb_is_refused():
    told = f"wanted at most {MAX_RELAY_STATE} bytes of RelayState, saw {MAX_RELAY_STATE + 1}"
    with pytest.raises(RelayStateTooLong, match=told):
        receive_redirect(a_query(XML, RelayState="x" * (MAX_RELAY_STATE + 1)))


MISSPELT = {
    "the request twice": f"{QUERY}&{QUERY}",
    "relay state twice": f"{QUERY}&RelayState=a&RelayState=a",
    "the algorithm twice": f"{QUERY}&SigAlg=a&SigAlg=a&Signature=b",
    "beside a response": f"{QUERY}&SAMLResponse=a",
    "escaped, first": f"SAML%52equest={VALUE}&{QUERY}",
    "escaped, last": f"{QUERY}&SAML%52equest={VALUE}",
    "escaped relay state": f"{QUERY}&Relay%53tate=a",
    "escaped signature": f"{QUERY}&%53ignature=a",
    "plus in front": f"{QUERY}&+SAMLRequest={VALUE}",
    "as a list": f"{QUERY}&SAMLRequest[]={VALUE}",
    "as an escaped list": f"{QUERY}&SAMLRequest%5B%5D={VALUE}",
    "in lower case": f"{QUERY}&samlrequest={VALUE}",
    "without a value": f"{QUERY}&RelayState",
    "with a NUL": f"{QUERY}&SAMLRequest%00={VALUE}",
}


@pytest.mark.parametrize("query", MISSPELT.values(), ids=MISSPELT)
def test_a_parameter_misspelt_or_repeated_is_refused(query):
    with pytest.raises(UnreadableRequest, match=r"once and with a value|spelt literally|saw SAMLResponse"):
        receive_redirect(query)


def test_the_same_spelling_is_refused_in_a_body():
    with pytest.raises(UnreadableRequest, match="spelt literally, saw b'SAML%52equest'"):
        receive_post(a_body(XML) + b"&SAML%52equest=x", FORM)


@pytest.mark.parametrize("query", ["", "RelayState=a", "SAMLRequest=", "%", "&&="])
def test_an_address_without_a_request_says_so(query):
    with pytest.raises(NoRequest):
        receive_redirect(query)


NO_BASE64, NO_DEFLATE, NOT_WHOLE = "wanted base64 in SAMLRequest, but", "wanted raw DEFLATE, but", "wanted one whole"
NOT_DEFLATED = {
    "junk": ("%21%21%21", NO_BASE64),
    "URL alphabet": (encoded(b"\xfb\xff\xfe" * 8).replace("%2B", "-").replace("%2F", "_"), NO_BASE64),
    "no padding": (encoded(b"four").rstrip("%3D"), NO_BASE64),
    "a space inside": (VALUE[:8] + "+" + VALUE[8:], NO_BASE64),
    "plain XML": (encoded(XML), NO_DEFLATE),
    "with a zlib head": (encoded(zlib.compress(XML)), NO_DEFLATE),
    "cut short": (encoded(deflate(XML)[:-9]), NOT_WHOLE),
    "followed by more": (encoded(deflate(XML) + b"more"), NOT_WHOLE),
    "two streams": (encoded(deflate(XML) * 2), NOT_WHOLE),
    "escaped twice": (quote(VALUE, safe=""), NO_BASE64),
}


@pytest.mark.parametrize(("value", "told"), NOT_DEFLATED.values(), ids=NOT_DEFLATED)
def test_a_redirect_that_is_not_deflated_base64_is_refused(value, told):
    with pytest.raises(UnreadableRequest, match=told):
        receive_redirect(f"SAMLRequest={value}")


UNDECODED = {
    "UTF-8 in SAMLEncoding": f"{QUERY}&SAMLEncoding=%ff",
    "UTF-8 in SigAlg": f"{QUERY}&SigAlg=%ff&Signature=YQ%3D%3D",
    "base64 in Signature": f"{QUERY}&SigAlg=a&Signature=%21",
}


@pytest.mark.parametrize(("what", "query"), UNDECODED.items(), ids=UNDECODED)
def test_a_parameter_that_cannot_be_decoded_is_named(what, query):
    with pytest.raises(UnreadableRequest, match=f"^wanted {what}, but "):
        receive_redirect(query)


def test_a_posted_message_that_cannot_be_decoded_is_named():
    with pytest.raises(UnreadableRequest, match=r"^wanted base64 in SAMLResponse, but "):
        receive_post(b"SAMLResponse=%21", FORM, None)


def test_inflating_stops_at_the_limit():
    bomb = f"SAMLRequest={encoded(deflate(bytes(5_000_000)))}"
    tracemalloc.start()
    try:
        with pytest.raises(RequestTooLarge):
            receive_redirect(bomb)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 10 * MAX_XML


def test_xml_of_exactly_the_limit_passes():
    longest = b"<" + b"x" * (MAX_XML - 1)
    assert receive_redirect(a_query(longest)).xml == receive_post(a_body(longest), FORM).xml == longest


def test_one_byte_more_is_too_large():
    with pytest.raises(RequestTooLarge, match=f"wanted at most {MAX_XML} bytes of XML, saw more while inflating"):
        receive_redirect(a_query(b"<" + b"x" * MAX_XML))
    with pytest.raises(RequestTooLarge, match=f"wanted at most {MAX_XML} bytes of XML, saw {MAX_XML + 1}"):
        receive_post(a_body(b"<" + b"x" * MAX_XML), FORM)


def test_a_query_has_32_kb_and_no_more():
    longest = f"{QUERY}&x=".ljust(MAX_QUERY, "x")
    assert receive_redirect(longest).xml == XML
    with pytest.raises(RequestTooLarge, match=f"wanted at most {MAX_QUERY} bytes of query, saw {MAX_QUERY + 1}"):
        receive_redirect(f"{longest}x")


def test_a_body_has_256_kb_and_no_more():
    longest = (a_body(XML) + b"&x=").ljust(MAX_BODY, b"x")
    assert receive_post(longest, FORM).xml == XML
    with pytest.raises(RequestTooLarge, match=f"wanted at most {MAX_BODY} bytes of body, saw {MAX_BODY + 1}"):
        receive_post(longest + b"x", FORM)


def test_a_state_by_itself_has_32_kb_around_it_and_no_more():
    longest = "RelayState=a&x=".ljust(MAX_QUERY, "x")
    assert receive_relay_state(longest) == "a"
    with pytest.raises(RequestTooLarge, match=f"wanted at most {MAX_QUERY} bytes of query, saw {MAX_QUERY + 1}"):
        receive_relay_state(f"{longest}x")


def test_a_sign_in_that_begins_here_accepts_relay_state_alone():
    assert receive_relay_state("") is None
    with pytest.raises(UnreadableRequest, match="wanted no more than RelayState, saw SAMLRequest and SigAlg"):
        receive_relay_state(f"RelayState=a&{QUERY}&SigAlg=a")


def test_posted_xml_may_begin_with_a_mark_of_its_octets_and_white_space():
    marked = b"\xef\xbb\xbf \t\r\n" + XML
    assert receive_post(a_body(marked), FORM).xml == marked


@pytest.mark.parametrize("content_type", ["", "application/json", "text/xml", "multipart/form-data"])
def test_another_kind_of_body_is_refused(content_type):
    with pytest.raises(UnreadableRequest, match=f"wanted a body of {FORM}, saw '{content_type}'"):
        receive_post(a_body(XML), content_type)


def test_a_deflated_post_names_the_setting_to_change():
    with pytest.raises(UnreadableRequest) as caught:
        receive_post(a_body(deflate(XML)), FORM)
    assert caught.value.sentence == "The app sent its request compressed."
    assert "uncompressed" in caught.value.advice
    assert "skipRequestCompression" in caught.value.detail


def test_a_posted_bomb_is_refused_without_advice_or_harm():
    with pytest.raises(UnreadableRequest) as caught:
        receive_post(a_body(deflate(b"\0" * 5_000_000)), FORM)
    assert "uncompressed" not in caught.value.advice
    assert caught.value.detail == "wanted XML in SAMLRequest, saw something else"


def test_another_encoding_is_refused():
    with pytest.raises(UnreadableRequest, match=f"wanted the encoding {DEFLATE}, saw 'urn:other'"):
        receive_redirect(a_query(XML, SAMLEncoding="urn:other"))


HALVES = ["SigAlg=a", "Signature=YQ%3D%3D", "SigAlg=&Signature=YQ%3D%3D", "SigAlg=a&Signature="]


@pytest.mark.parametrize("half", HALVES)
def test_half_a_signature_is_refused(half):
    with pytest.raises(MisshapenSignature, match="wanted SigAlg and Signature together, saw one of them"):
        receive_redirect(f"{QUERY}&{half}")


@pytest.mark.parametrize("beside", [{"SigAlg": RSA_SHA256, "Signature": "YQ=="}, {"SigAlg": "a"}, {"Signature": "a"}])
def test_a_separate_signature_with_a_posted_message_is_refused(beside):
    with pytest.raises(MisshapenSignature, match="wanted the signature inside a posted message"):
        receive_post(a_body(XML, **beside), FORM)


def test_the_signed_octets_are_those_sent_in_the_order_of_the_standard():
    received = receive_redirect(f"Signature=YQ%3d%3d&RelayState=a+b%2f&x=1&SigAlg=urn%3aa&SAMLRequest={VALUE}")
    assert received.query_signature is not None
    assert received.query_signature.octets == f"SAMLRequest={VALUE}&RelayState=a+b%2f&SigAlg=urn%3aa".encode()
    assert received.query_signature.algorithm == "urn:a"
    assert received.relay_state == "a b/"


@given(st.binary(max_size=300))
def test_any_query_is_received_or_refused_honestly(query):
    for raw in (query, b"SAMLRequest=" + query, f"SAMLRequest={encoded(query)}".encode()):
        with contextlib.suppress(IdpError):
            receive_redirect(raw)


@given(st.binary(max_size=300))
def test_any_body_is_received_or_refused_honestly(body):
    for raw in (body, b"SAMLRequest=" + body, f"SAMLRequest={encoded(body)}".encode()):
        with contextlib.suppress(IdpError):
            receive_post(raw, FORM)


def test_characters_beyond_octets_are_refused():
    with pytest.raises(UnreadableRequest, match="wanted the query as octets, saw characters beyond them"):
        receive_redirect("SAMLRequest=☎")


# Responses, where they are wanted

ANSWER = QUERY.replace("SAMLRequest", "SAMLResponse")
POSTED_ANSWER = a_body(XML).replace(b"SAMLRequest", b"SAMLResponse")
EITHER = [Message.RESPONSE, None]


@pytest.mark.parametrize("message", EITHER, ids=["response", "either"])
def test_a_response_is_received_where_it_is_wanted(message):
    for received in (receive_redirect(ANSWER, message), receive_post(POSTED_ANSWER, FORM, message)):
        assert (received.xml, received.message) == (XML, Message.RESPONSE)


def test_a_request_is_received_where_either_is_wanted():
    for received in (receive_redirect(QUERY, None), receive_post(a_body(XML), FORM, None)):
        assert (received.xml, received.message) == (XML, Message.REQUEST)


def test_a_request_is_refused_where_a_response_is_wanted():
    with pytest.raises(UnreadableRequest, match="saw SAMLRequest"):
        receive_redirect(QUERY, Message.RESPONSE)
    with pytest.raises(UnreadableRequest, match="saw SAMLRequest"):
        receive_post(a_body(XML), FORM, Message.RESPONSE)


def test_a_response_is_refused_where_a_request_is_wanted():
    with pytest.raises(UnreadableRequest, match="saw SAMLResponse"):
        receive_redirect(ANSWER)
    with pytest.raises(UnreadableRequest, match="saw SAMLResponse"):
        receive_post(POSTED_ANSWER, FORM)


BESIDE = [f"{QUERY}&SAMLResponse={VALUE}", f"{ANSWER}&{QUERY}", f"{QUERY}&SAMLResponse=", f"{ANSWER}&SAMLRequest="]


@pytest.mark.parametrize("query", [*BESIDE, f"{ANSWER}&{ANSWER}", f"{ANSWER}&SAML%52esponse={VALUE}"])
@pytest.mark.parametrize("message", [*Message, None], ids=["request", "response", "either"])
def test_two_messages_in_one_request_are_refused(query, message):
    with pytest.raises(UnreadableRequest):
        receive_redirect(query, message)


@pytest.mark.parametrize(
    ("message", "told"), [(Message.RESPONSE, "SAMLResponse"), (None, "SAMLRequest or SAMLResponse")]
)
def test_an_address_without_a_message_names_what_is_wanted(message, told):
    with pytest.raises(NoRequest, match=f"^wanted {told}, saw none$"):
        receive_redirect("RelayState=a", message)


def test_two_messages_are_both_named():
    with pytest.raises(UnreadableRequest, match=r"^wanted SAMLRequest, saw SAMLResponse and SAMLRequest$"):
        receive_redirect(f"{QUERY}&SAMLResponse={VALUE}")


def test_the_signed_octets_of_a_response_begin_with_its_own_name():
    received = receive_redirect(f"SigAlg=a&{ANSWER}&Signature=YQ%3D%3D", Message.RESPONSE)
    assert received.query_signature is not None
    assert received.query_signature.octets == f"{ANSWER}&SigAlg=a".encode()
