"""Decodes a message from the raw octets of an HTTP-Redirect or HTTP-POST request (Bindings 3.4, 3.5).

The query or body is split once. The same pieces are decoded, and kept as sent for verifying the signature. So what is
read cannot differ from what was verified. Django's own GET and POST parsing is not used.
"""

import binascii
import re
import zlib
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from idp.saml.documents.parsing import MAX_XML
from idp.saml.errors import (
    MisshapenSignature,
    NoRequest,
    RelayStateTooLong,
    RequestTooLarge,
    UnreadableRequest,
    quoted,
)
from idp.saml.names import DEFLATE
from idp.saml.received_message import PARAMETERS, Binding, Message, QuerySignature, ReceivedMessage
from idp.wording import for_agents

MAX_QUERY = 32 * 1024
MAX_BODY = 256 * 1024
MAX_RELAY_STATE = 4 * 1024
FORM = "application/x-www-form-urlencoded"

_LOOK_ALIKES = frozenset(name.lower().encode() for name in PARAMETERS)
_NOT_A_LETTER = re.compile(rb"[^0-9A-Za-z]")
_LINE_BREAKS = re.compile(rb"[\r\n]")
# A hidden field turns each of these into CR LF, and no page can carry a NUL.
_NOT_FOR_A_FORM = re.compile(r"\x00|\r(?!\n)|(?<!\r)\n")


_MESSAGES = tuple(Message)


def receive_redirect(raw_query: bytes | str, message: Message | None) -> ReceivedMessage:
    """Decode the query string of a GET, as received. `message` is the kind that is expected; None accepts both.

    Raises UnreadableRequest or a subclass, and MisshapenSignature if only half of a signature is there.
    """
    raw = _octets(raw_query)
    if len(raw) > MAX_QUERY:
        raise RequestTooLarge(f"wanted at most {MAX_QUERY} bytes of query, saw {len(raw)}")
    fields = _split(raw)
    came = _which(fields, message)
    deflated = _base64(came, fields[came])
    if "SAMLEncoding" in fields and (encoding := _text("SAMLEncoding", fields["SAMLEncoding"])) != DEFLATE:
        raise UnreadableRequest(f"wanted the encoding {DEFLATE}, saw {quoted(encoding)}")
    signature = _query_signature(fields, came)
    return ReceivedMessage(Binding.REDIRECT, _inflate(deflated), _relay_state(fields), signature, came)


def receive_post(body: bytes, content_type: str, message: Message | None) -> ReceivedMessage:
    """Decode the body of a POST. `message` is the kind that is expected; None accepts both.

    Raises UnreadableRequest or a subclass, and MisshapenSignature if the form has a separate signature.
    """
    if len(body) > MAX_BODY:
        raise RequestTooLarge(f"wanted at most {MAX_BODY} bytes of body, saw {len(body)}")
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise UnreadableRequest(f"wanted a body of {FORM}, saw {quoted(content_type)}")
    fields = _split(body)
    came = _which(fields, message)
    xml = _base64(came, fields[came])
    if len(xml) > MAX_XML:
        raise RequestTooLarge(f"wanted at most {MAX_XML} bytes of XML, saw {len(xml)}")
    _refuse_deflated(came, xml)
    if "Signature" in fields or "SigAlg" in fields:
        raise MisshapenSignature("wanted the signature inside a posted message, saw Signature or SigAlg beside")
    return ReceivedMessage(Binding.POST, xml, _relay_state(fields), message=came)


def receive_relay_state(raw_query: bytes | str) -> str | None:
    """Decode the RelayState of an unsolicited sign-in, which comes without a message.

    Raises UnreadableRequest or a subclass.
    """
    raw = _octets(raw_query)
    if len(raw) > MAX_QUERY:
        raise RequestTooLarge(f"wanted at most {MAX_QUERY} bytes of query, saw {len(raw)}")
    fields = _split(raw)
    if others := fields.keys() - {"RelayState"}:
        raise UnreadableRequest(f"wanted no more than RelayState, saw {' and '.join(sorted(others))}")
    return _relay_state(fields)


def _octets(raw_query: bytes | str) -> bytes:
    if isinstance(raw_query, bytes):
        return raw_query
    try:
        return raw_query.encode("latin-1")
    except UnicodeEncodeError as error:
        raise UnreadableRequest("wanted the query as octets, saw characters beyond them") from error


def _split(raw: bytes) -> dict[str, bytes]:
    """Return the SAML parameters, with their values as sent. Other parameters are ignored."""
    fields: dict[str, bytes] = {}
    for pair in raw.split(b"&"):
        raw_name, equals, value = pair.partition(b"=")
        name = raw_name.decode("latin-1")
        if name not in PARAMETERS:
            _refuse_look_alike(raw_name)
        elif name in fields or not equals:
            raise UnreadableRequest(f"wanted {name} once and with a value, saw it again or without")
        else:
            fields[name] = value
    return fields


def _refuse_look_alike(raw_name: bytes) -> None:
    letters = _NOT_A_LETTER.sub(b"", unquote_to_bytes(raw_name))
    if letters.lower() in _LOOK_ALIKES:
        raise UnreadableRequest(f"wanted SAML's parameters spelt literally, saw {quoted(raw_name)}")


def _which(fields: Mapping[str, bytes], message: Message | None) -> Message:
    """Return the kind of the one message. A second one is refused, even an empty one."""
    wanted = " or ".join(Message if message is None else [message])
    seen = [it for it in _MESSAGES if it in fields]
    if len(seen) > 1 or (seen and message not in (None, seen[0])):
        raise UnreadableRequest(f"wanted {wanted}, saw {' and '.join(reversed(seen))}")
    if not seen or not fields[seen[0]]:
        raise NoRequest(f"wanted {wanted}, saw none")
    return seen[0]


def _unescape(value: bytes) -> bytes:
    return unquote_to_bytes(value.replace(b"+", b" "))


def _text(name: str, value: bytes) -> str:
    return _decoded(name, _unescape(value))


def _decoded(name: str, octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableRequest(f"wanted UTF-8 in {name}, but {error.reason} at byte {error.start}") from error


def _base64(name: str, value: bytes) -> bytes:
    try:
        return binascii.a2b_base64(_LINE_BREAKS.sub(b"", _unescape(value)), strict_mode=True)
    except binascii.Error as error:
        raise UnreadableRequest(f"wanted base64 in {name}, but {error}") from error


def _relay_state(fields: Mapping[str, bytes]) -> str | None:
    if "RelayState" not in fields:
        return None
    octets = _unescape(fields["RelayState"])
    if len(octets) > MAX_RELAY_STATE:
        raise RelayStateTooLong(f"wanted at most {MAX_RELAY_STATE} bytes of RelayState, saw {len(octets)}")
    text = _decoded("RelayState", octets)
    if _NOT_FOR_A_FORM.search(text):
        raise UnreadableRequest("wanted a RelayState that a form can carry, saw NUL or a lone line break")
    return text


def _query_signature(fields: Mapping[str, bytes], message: Message) -> QuerySignature | None:
    if "Signature" not in fields and "SigAlg" not in fields:
        return None
    if not fields.get("Signature") or not fields.get("SigAlg"):
        raise MisshapenSignature("wanted SigAlg and Signature together, saw one of them")
    signed = [name for name in (message.value, "RelayState", "SigAlg") if name in fields]
    octets = b"&".join(name.encode() + b"=" + fields[name] for name in signed)
    return QuerySignature(octets, _text("SigAlg", fields["SigAlg"]), _base64("Signature", fields["Signature"]))


def _inflate(deflated: bytes) -> bytes:
    """Inflate raw DEFLATE (RFC 1951), up to the limit. The stream must be complete, with nothing after it."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        xml = stream.decompress(deflated, MAX_XML + 1)
    except zlib.error as error:
        raise UnreadableRequest(f"wanted raw DEFLATE, but {error}") from error
    if len(xml) > MAX_XML:
        raise RequestTooLarge(f"wanted at most {MAX_XML} bytes of XML, saw more while inflating")
    if not stream.eof or stream.unused_data:
        raise UnreadableRequest("wanted one whole DEFLATE stream, saw it cut short or followed by more")
    return xml


def _refuse_deflated(message: Message, xml: bytes) -> None:
    if xml.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return
    try:
        _inflate(xml)
    except UnreadableRequest:
        raise UnreadableRequest(f"wanted XML in {message}, saw something else") from None
    raise UnreadableRequest(
        "wanted plain base64 by POST, saw it deflated (node-saml, passport-saml: set skipRequestCompression)",
        sentence=for_agents("The app sent its request compressed."),
        advice=for_agents("Administrator: make the app post its requests uncompressed, or use HTTP-Redirect."),
    )
