"""Notifies services of a sign-out from server to server, without the agent's browser.

It uses SOAP if a service offers it (Bindings 3.2). Otherwise it sends the message to the service's address for
browsers. Some services obey that, and find the session by NameID and SessionIndex. It confirms nothing, and is recorded
as such.
"""

import contextvars
from collections.abc import Mapping
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.db import close_old_connections
from django.db.models import F, Q
from lxml import etree

from idp import clock, reference
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.errors import IdpError
from idp.outgoing import exchange
from idp.outgoing.exchange import Answer, Request, Unreached
from idp.saml import names
from idp.saml.bindings import encoding
from idp.saml.bindings.decoding import Binding, Message, ReceivedMessage
from idp.saml.documents import parsing
from idp.saml.documents.elements import Element, element
from idp.saml.errors import UnreadableRequest
from idp.saml.logout import messages as logout_messages
from idp.saml.logout import response as logout_response
from idp.saml.metadata import published
from idp.saml.models import LogoutEndpoint, LogoutNotice
from idp.saml.models.logout import Outcome
from idp.saml.signatures import signing_keys
from idp.saml.signatures.signing import sign

log = structlog.get_logger(__name__)
WORKERS = 2
TIMEOUT = 5.0
LONGEST_ANSWER = 64 * 1024
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
SOAP_TYPE = "text/xml; charset=utf-8"
FORM_TYPE = "application/x-www-form-urlencoded"

_ENVELOPE = f"{{{names.SOAP_ENVELOPE}}}Envelope"
_BODY = f"{{{names.SOAP_ENVELOPE}}}Body"
_pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="logout")
_under_way: set["Future[None]"] = set()


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one attempt."""

    outcome: Outcome
    detail: str = ""


def dispatch() -> None:
    """Start to send all notices that are due, in the background. The caller has committed them."""
    future = _pool.submit(contextvars.copy_context().run, _in_thread)
    _under_way.add(future)
    future.add_done_callback(_ended)


def settle() -> None:
    """Wait until everything under way has ended, for example before the process stops."""
    futures.wait(list(_under_way))


def send_due(now: datetime) -> list[LogoutNotice]:
    """Send every notice that is due, including those that a browser never reached or never came back from.

    Only one process makes each attempt. Returns the notices that were tried.
    """
    due = Q(outcome__in=[Outcome.WAITING, Outcome.ASKED], next_try_at__lte=now)
    tried = []
    for notice in LogoutNotice.objects.filter(due).select_related("service_provider", "agent", "device"):
        pause = PAUSES[min(notice.tries, len(PAUSES) - 1)]
        taken = LogoutNotice.objects.filter(due, pk=notice.pk, tries=notice.tries)
        if taken.update(tries=F("tries") + 1, next_try_at=now + pause) == 1:
            notice.tries += 1
            _close(notice, _try(notice, now), now)
            tried.append(notice)
    return tried


def _in_thread() -> None:
    try:
        send_due(clock.now())
    finally:
        close_old_connections()


def _ended(future: "Future[None]") -> None:
    """Forget a run that is over; a fault in it must not pass unseen."""
    _under_way.discard(future)
    if (fault := future.exception()) is not None:
        log.error("telling_failed", exc_info=fault)


def _try(notice: LogoutNotice, now: datetime) -> Result:
    address = logout_messages.endpoint(notice.service_provider, names.SOAP, names.HTTP_POST, names.HTTP_REDIRECT)
    if address is None:
        return Result(Outcome.UNTOLD, "it publishes no address for that any more")
    message = logout_messages.request_to(notice, address, now)
    LogoutNotice.objects.filter(pk=notice.pk).update(request_id=message.get("ID"))
    try:
        if address.binding == names.SOAP:
            return _by_soap(notice, address, message, now)
        return _to_browsers_address(notice, address, message, now)
    except Unreached as error:
        return Result(Outcome.FAILED, error.sentence)
    except IdpError as error:
        return Result(Outcome.TOLD, f"its answer cannot be used: {error.code}")


def _by_soap(notice: LogoutNotice, address: LogoutEndpoint, message: Element, now: datetime) -> Result:
    sp = notice.service_provider
    sent_id = message.get("ID")
    body = element("soap:Body", None, sign(message, signing_keys.key_for(sp, now)))
    octets = element("soap:Envelope", None, body).octets()
    headers = {"Content-Type": SOAP_TYPE, "SOAPAction": '"http://www.oasis-open.org/committees/security"'}
    answer = _exchange(address.location, octets, headers)
    if answer.status != HTTPStatus.OK:
        return Result(Outcome.FAILED, f"HTTP {answer.status}")
    received = ReceivedMessage(Binding.POST, _inside(answer.body), message=Message.RESPONSE)
    told = logout_response.check(
        received,
        logout_response.parse(received.xml),
        sp.trust,
        slo_url=published.slo_url(),
        open_requests=[sent_id],
        now=now,
        skew=settings.LATCHKEY.clock_skew,
        in_exchange=True,
    )
    return Result(Outcome.ENDED) if told.signed_out else Result(Outcome.REFUSED, f"{told.status}"[:200])


def _to_browsers_address(notice: LogoutNotice, address: LogoutEndpoint, message: Element, now: datetime) -> Result:
    key = signing_keys.key_for(notice.service_provider, now)
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


def _close(notice: LogoutNotice, result: Result, now: datetime) -> None:
    """Record the result of an attempt. A failed one is repeated a few times."""
    again = result.outcome == Outcome.FAILED and notice.tries < len(PAUSES)
    notice.outcome = Outcome.WAITING if again else result.outcome
    notice.detail = result.detail
    notice.closed_at = None if again else now
    notice.save(update_fields=["outcome", "detail", "closed_at"])
    log.info("service_told", service=notice.service_provider.slug, outcome=result.outcome.value, tries=notice.tries)
    if not again:
        events.record(
            Kind.SERVICE_TOLD if result.outcome in {Outcome.ENDED, Outcome.TOLD} else Kind.SERVICE_UNTOLD,
            Origin(None, "", reference.current()),
            now,
            agent=notice.agent,
            device=notice.device,
            service=notice.service_provider.slug,
            detail=f"{result.outcome.label}. {result.detail}".strip()[:200],
        )
