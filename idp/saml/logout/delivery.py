"""Makes one attempt to notify a service of a sign-out from server to server.

It uses SOAP if a service offers it (Bindings 3.2). Otherwise it sends the message to the service's address for
browsers. Some services obey that, and find the session by NameID and SessionIndex. It confirms nothing, and is recorded
as such.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from lxml import etree

from idp.errors import IdpError
from idp.outgoing import exchange
from idp.outgoing.exchange import Answer, Late, Request, Unreached
from idp.saml import names, signing_keys
from idp.saml.bindings import encoding
from idp.saml.documents import parsing
from idp.saml.documents.elements import Element, element
from idp.saml.errors import UnreadableRequest
from idp.saml.logout import messages as logout_messages
from idp.saml.logout import response as logout_response
from idp.saml.metadata import published
from idp.saml.models import LogoutEndpoint, LogoutNotice
from idp.saml.models.logout import Outcome
from idp.saml.received_message import Binding, Message, ReceivedMessage
from idp.saml.signatures.signing import SamlKey, sign

TIMEOUT = 5.0
LONGEST_ANSWER = 64 * 1024
SOAP_TYPE = "text/xml; charset=utf-8"
FORM_TYPE = "application/x-www-form-urlencoded"

_ENVELOPE = f"{{{names.SOAP_ENVELOPE}}}Envelope"
_BODY = f"{{{names.SOAP_ENVELOPE}}}Body"


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one attempt. `late`: the whole time was waited for an answer, and none came."""

    outcome: Outcome
    detail: str = ""
    late: bool = False


def deliver(notice: LogoutNotice, now: datetime) -> Result:
    """Send the message of a notice once. An unreachable service, or an answer that cannot be used, is a result.

    So is a key that cannot sign: nothing was sent then.
    """
    address = logout_messages.endpoint(notice.service_provider, names.SOAP, names.HTTP_POST, names.HTTP_REDIRECT)
    if address is None:
        return Result(Outcome.UNTOLD, "it no longer publishes an address for that")
    message = logout_messages.request_to(notice, address, now)
    try:
        key = signing_keys.key_for(notice.service_provider, now)
    except IdpError as error:
        return Result(Outcome.FAILED, f"the message cannot be signed: {error.code}")
    LogoutNotice.objects.filter(pk=notice.pk).update(request_id=message.get("ID"))
    try:
        if address.binding == names.SOAP:
            return _by_soap(notice, address, sign(message, key), now)
        return _by_browser_address(address, message, key)
    except Unreached as error:
        return Result(Outcome.FAILED, error.sentence, late=isinstance(error, Late))
    except IdpError as error:
        return Result(Outcome.TOLD, f"its answer cannot be used: {error.code}")


def _by_soap(notice: LogoutNotice, address: LogoutEndpoint, message: Element, now: datetime) -> Result:
    sp = notice.service_provider
    sent_id = message.get("ID")
    body = element("soap:Body", None, message)
    octets = element("soap:Envelope", None, body).octets()
    headers = {"Content-Type": SOAP_TYPE, "SOAPAction": '"http://www.oasis-open.org/committees/security"'}
    answer = _exchange(address.location, octets, headers)
    if answer.status != HTTPStatus.OK:
        return Result(Outcome.FAILED, f"HTTP {answer.status}")
    received = ReceivedMessage(Binding.POST, _inside(answer.body), message=Message.RESPONSE)
    response = logout_response.check(
        received,
        logout_response.parse(received.xml),
        sp.trust,
        slo_url=published.slo_url(),
        open_requests=[sent_id],
        now=now,
        skew=settings.LATCHKEY.clock_skew,
        in_exchange=True,
    )
    return Result(Outcome.ENDED) if response.signed_out else Result(Outcome.REFUSED, f"{response.status}"[:200])


def _by_browser_address(address: LogoutEndpoint, message: Element, key: SamlKey) -> Result:
    if address.binding == names.HTTP_POST:
        form = {Message.REQUEST.value: encoding.form_value(message, key)}
        status = _exchange(address.location, urlencode(form).encode(), {"Content-Type": FORM_TYPE}).status
    else:
        status = _exchange(encoding.redirect_url(message, key), None, {}).status
    return Result(Outcome.TOLD if status < HTTPStatus.BAD_REQUEST else Outcome.FAILED, f"HTTP {status}")


def _exchange(url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    """Send a message, and read no more than a real answer holds. Raises Unreached."""
    request = Request(url, headers, body)
    return exchange.send(request, longest=LONGEST_ANSWER, networks=settings.LATCHKEY.networks, seconds=TIMEOUT)


def _inside(envelope: bytes) -> bytes:
    """Return the one message in a SOAP envelope as a document of its own."""
    root = parsing.parse(envelope)
    found = root.findall(f"{_BODY}/*")
    if root.tag != _ENVELOPE or len(found) != 1:
        raise UnreadableRequest("wanted a SOAP envelope with one message, saw something else")
    return etree.tostring(found[0], with_tail=False)
