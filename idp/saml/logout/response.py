"""LogoutResponses: builds ours, reads and checks those of service providers (Core 3.7.2, Profiles 4.4)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lxml import etree

from idp.saml import names
from idp.saml.documents import parsing
from idp.saml.documents.elements import Element, element
from idp.saml.errors import SamlStatus, UnexpectedLogoutResponse, quoted
from idp.saml.protocol_message import build_message, check_head, read_believed, read_head, whole
from idp.saml.received_message import Message, ReceivedMessage
from idp.saml.trust import RequestSignature, SpTrust

_SAMLP = f"{{{names.PROTOCOL}}}"
_STATUS_CODE = f"{_SAMLP}StatusCode"


@dataclass(frozen=True, slots=True)
class LogoutResponse:
    """What a LogoutResponse says. It is schema-valid, and not trusted yet."""

    id: str
    issuer: str
    issue_instant: datetime
    status: SamlStatus
    destination: str | None = None
    in_response_to: str | None = None


@dataclass(frozen=True, slots=True)
class TrustedLogoutResponse:
    """A response to one of our requests, signed with a registered key."""

    in_response_to: str
    status: SamlStatus

    @property
    def signed_out(self) -> bool:
        """Whether the service provider ended all it was asked to end."""
        return self.status.top == names.SUCCESS and self.status.second != names.PARTIAL_LOGOUT


def build(status: SamlStatus, *, issuer: str, destination: str, in_response_to: str, now: datetime) -> Element:
    """Build our unsigned LogoutResponse. Raises ValueError for text that XML cannot hold, or an Issuer or ID
    that is empty or padded.
    """
    second = [] if status.second is None else [element("samlp:StatusCode", {"Value": status.second})]
    status_element = element("samlp:Status", None, element("samlp:StatusCode", {"Value": status.top}, *second))
    return build_message(
        "LogoutResponse",
        status_element,
        issuer=issuer,
        destination=destination,
        now=now,
        attributes={"InResponseTo": whole(in_response_to)},
    )


def parse(xml: bytes) -> LogoutResponse:
    """Read a schema-valid samlp:LogoutResponse 2.0.

    Raises UnreadableRequest or a subclass, and StaleRequest if its instant is not in UTC with Z.
    """
    return _read(parsing.parse(xml))


def check(
    received: ReceivedMessage,
    response: LogoutResponse,
    trust: SpTrust,
    *,
    slo_url: str,
    open_requests: Collection[str],
    now: datetime,
    skew: timedelta,
    in_exchange: bool = False,
) -> TrustedLogoutResponse:
    """Decide whether to trust this answer, as received.

    `open_requests` are the IDs of our LogoutRequests to this service provider that wait for an answer. One that
    came back in the exchange that carried our request, by SOAP, may leave its Destination out: Bindings 3.4.5.2
    and 3.5.5.2 ask for it only where a browser carries it. Raises BadSignature, UnknownServiceProvider,
    WrongDestination, StaleRequest (or one of their kinds) or UnexpectedLogoutResponse.
    """
    strict = replace(trust, request_signature=RequestSignature.REQUIRE)
    response, signed = read_believed(received, response, strict, _read, message=Message.RESPONSE)
    must_say_where = signed and not in_exchange
    check_head(response, strict, url=slo_url, signed=must_say_where, now=now, skew=skew)
    if response.in_response_to is None or response.in_response_to not in open_requests:
        raise UnexpectedLogoutResponse(f"wanted one of {quoted(open_requests)}, saw {quoted(response.in_response_to)}")
    return TrustedLogoutResponse(response.in_response_to, response.status)


def _read(root: etree._Element) -> LogoutResponse:
    head = read_head(root, "LogoutResponse")
    return LogoutResponse(
        id=head.id,
        issuer=head.issuer,
        issue_instant=head.issue_instant,
        status=_status(root),
        destination=head.destination,
        in_response_to=root.get("InResponseTo"),
    )


def _status(root: etree._Element) -> SamlStatus:
    """Return the status codes. By the schema there is one, and at most one directly below it."""
    top = f"{_SAMLP}Status/{_STATUS_CODE}"
    codes = [*root.findall(top), *root.findall(f"{top}/{_STATUS_CODE}")]
    return SamlStatus(*(it.attrib["Value"] for it in codes))
