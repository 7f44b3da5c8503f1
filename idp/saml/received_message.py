"""A decoded SAML message, before anything trusts it."""

from dataclasses import dataclass
from enum import StrEnum

from idp.values import value


class Message(StrEnum):
    """The kind of a message, named by the parameter that carries it (Bindings 3.4.4.1, 3.5.4)."""

    REQUEST = "SAMLRequest"
    RESPONSE = "SAMLResponse"


PARAMETERS = frozenset({*Message, "RelayState", "SigAlg", "Signature", "SAMLEncoding"})
"""The parameters of a message in a query or a form."""


def names_a_parameter(address: str) -> bool:
    """Tell whether the query of an address has one of these, so that it cannot take a message's own."""
    query = address.partition("?")[2]
    return not PARAMETERS.isdisjoint(it.partition("=")[0] for it in query.split("&"))


class Binding(StrEnum):
    """The binding that a message came by."""

    REDIRECT = "redirect"
    POST = "post"


@dataclass(frozen=True, slots=True)
class QuerySignature:
    """A signature in the query: the octets that it covers, its algorithm, and its value (Bindings 3.4.4.1)."""

    octets: bytes
    algorithm: str
    value: bytes


@value
class ReceivedMessage:
    """A decoded message, not trusted yet. RelayState is the sender's, and opaque."""

    binding: Binding
    xml: bytes
    relay_state: str | None = None
    query_signature: QuerySignature | None = None
    message: Message = Message.REQUEST
