"""Signs and encodes a logout message for HTTP-Redirect or HTTP-POST (Bindings 3.4.4.1, 3.5.4).

The message is sent to its own Destination.
"""

import base64
import zlib
from urllib.parse import urlencode

from idp.saml.documents.elements import Element
from idp.saml.received_message import Message, names_a_parameter
from idp.saml.signatures.signing import SamlKey, is_signed, sign

_PARAMETER = {"samlp:LogoutRequest": Message.REQUEST, "samlp:LogoutResponse": Message.RESPONSE}


def redirect_url(message: Element, key: SamlKey, relay_state: str | None = None) -> str:
    """Return the address that carries a message, with a signature over the octets of the query as sent.

    Raises ValueError if the message is signed already or is no logout message, or if its Destination is missing or
    cannot take a query.
    """
    if is_signed(message):
        raise ValueError("a redirect carries its signature in the query, not in the message")
    fields = [(str(parameter_of(message)), _base64(_deflate(message.octets())))]
    # An empty one says nothing, and peers differ on whether the signature covers it.
    if relay_state:
        fields.append(("RelayState", relay_state))
    fields.append(("SigAlg", key.algorithm))
    # A space becomes +, as in a form: peers that verify over escapes of their own making write it so.
    signed = urlencode(fields)
    signature = urlencode({"Signature": _base64(key.signature_over(signed.encode()))})
    return _with_query(message.get("Destination"), f"{signed}&{signature}")


def form_value(message: Element, key: SamlKey) -> str:
    """Return the value of the form field for a message, with an enveloped signature. `parameter_of` names the field.

    Raises ValueError if the message is signed already, or is no logout message.
    """
    parameter_of(message)
    return _base64(sign(message, key).octets())


def parameter_of(message: Element) -> Message:
    """Return the parameter that carries a message. Raises ValueError if it is no logout message."""
    if message.tag not in _PARAMETER:
        raise ValueError(f"no logout message: {message.tag}")
    return _PARAMETER[message.tag]


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _deflate(xml: bytes) -> bytes:
    """Compress to raw DEFLATE (RFC 1951), without zlib's header and checksum."""
    packer = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(xml) + packer.flush()


def _with_query(location: str, query: str) -> str:
    """Append a query to a location, which may have one already."""
    if not location or "#" in location or names_a_parameter(location):
        raise ValueError(f"no address that can take a SAML message in its query: {location!r}")
    if "?" not in location:
        return f"{location}?{query}"
    return f"{location}{query}" if location.endswith(("?", "&")) else f"{location}&{query}"
