"""`/saml/slo`: receives logout messages, and sends the browser on until every service has been notified."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.login import request_facts
from idp.saml.bindings.posting import Purpose, post_form, send_on
from idp.saml.bindings.receiving import receive
from idp.saml.errors import AnswerLogoutWithStatus
from idp.saml.logout import messages as logout_messages
from idp.saml.logout import request as logout_request
from idp.saml.logout import response as logout_response
from idp.saml.logout import single_logout
from idp.saml.logout.messages import Outgoing
from idp.saml.metadata import published
from idp.saml.models import Logout, ServiceProvider
from idp.saml.received_message import Message, ReceivedMessage


@csrf_exempt
@require_http_methods(["GET", "POST"])
def slo(request: HttpRequest) -> HttpResponse:
    """Receive a LogoutRequest, or the answer to one of ours, by HTTP-Redirect or HTTP-POST (Profiles 4.4)."""
    received = receive(request, None)
    if received.message is Message.RESPONSE:
        return _accept_response(request, received)
    return _accept_request(request, received)


def carry_on(request: HttpRequest, under_way: Logout) -> HttpResponse:
    """Send the browser to the next service, back to the one that began, or show that the agent is signed out."""
    message = single_logout.next_message(under_way, clock.now())
    if message is not None:
        return _carry(request, message)
    notices = under_way.notices.select_related("service_provider")
    return render(request, "saml/signed_out.html", {"notices": notices})


def _accept_request(request: HttpRequest, received: ReceivedMessage) -> HttpResponse:
    now = clock.now()
    parsed = logout_request.parse(received.xml)
    sp, trust = ServiceProvider.objects.get_with_trust(parsed.issuer)
    try:
        trusted = logout_request.check(
            received, parsed, trust, slo_url=published.slo_url(), now=now, skew=settings.LATCHKEY.clock_skew
        )
        under_way = single_logout.accept_request(sp, trusted, request_facts.origin_of(request), now)
    except AnswerLogoutWithStatus as error:
        return _answer_with_status(request, sp, error)
    return carry_on(request, under_way)


def _accept_response(request: HttpRequest, received: ReceivedMessage) -> HttpResponse:
    now = clock.now()
    parsed = logout_response.parse(received.xml)
    sp, trust = ServiceProvider.objects.get_with_trust(parsed.issuer)
    trusted = logout_response.check(
        received,
        parsed,
        trust,
        slo_url=published.slo_url(),
        open_requests=single_logout.open_requests(sp, now),
        now=now,
        skew=settings.LATCHKEY.clock_skew,
    )
    with transaction.atomic():  # if the browser cannot be sent on, the same answer may come again
        return carry_on(request, single_logout.accept_response(sp, trusted, now))


def _answer_with_status(request: HttpRequest, sp: ServiceProvider, error: AnswerLogoutWithStatus) -> HttpResponse:
    """Answer a request that cannot be met, unless no answer is wanted or there is nowhere to send it."""
    message = logout_messages.response_to(sp, error.saml_status, error.in_response_to, error.relay_state, clock.now())
    if error.asynchronous or message is None:
        raise error
    return _carry(request, message)


def _carry(request: HttpRequest, message: Outgoing) -> HttpResponse:
    if message.value is None:
        return send_on(request, message.address)
    fields: list[tuple[str, str | bytes]] = [(message.parameter, message.value)]
    if message.relay_state is not None:
        fields.append(("RelayState", message.relay_state))
    return post_form(request, message.address, fields, Purpose.SIGNING_OUT)
