"""The page *Test code*: send a text to the agent's number, and check the digits that the agent reads out."""

from decimal import Decimal

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse

from idp import clock
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.models import Kind
from idp.login import request_facts
from idp.login.codes import checking, sending
from idp.login.pages.forms import CodeForm
from idp.otp import channels, costs, open_channels, outcomes, sends, trial_codes, verifications
from idp.otp.channels import Channel
from idp.otp.checks import Checked
from idp.otp.gateway import Sent
from idp.otp.identifiers import Email
from idp.otp.models import SENT, PhoneAuthenticator, VerificationSend
from idp.otp.trial_codes import NotNow
from idp.web.departments import reach
from idp.web.pages.agent import routing
from idp.web.rendering import admin_page
from idp.web.request_fields import text_field

FAULTS = {
    Checked.WRONG: "That is not the code. Ask the agent for the digits in the newest text.",
    Checked.GONE: "Twilio has ended this test code. Send another.",
    Checked.TOO_MANY_TRIES: "That was the last try of this test code.",
    Checked.EXPIRED: "This test code has expired.",
    Checked.UNKNOWN: "Twilio could not check the code. Try again in a moment.",
}


def urls(model_admin: "ModelAdmin[Agent]") -> list[URLPattern]:
    """Return the URL pattern of the page."""
    may = model_admin.has_change_permission
    return [routing.page_url("test_code", "test-code", trial_code_page, may, model_admin, "GET", "POST")]


def trial_code_page(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show the price and outcome of a test. POST sends one (`send`), or checks the digits (`code`)."""
    now, phone = clock.now(), verifications.find_authenticator(Email(agent.email))
    if request.method == "POST" and phone is not None:
        if (channel := text_field(request.POST, "send")) in open_channels.offered(now):
            return _send(request, agent, phone, Channel(channel))
        return _check(request, agent, phone)
    test = trial_codes.last(phone) if phone else None
    send = test.sends.order_by("nth").last() if test else None
    context = {
        "title": f"Test code for {agent}",
        "agent": agent,
        "phone": phone,
        "channels": [(it.value, channels.WORDS[it], _cost(it)) for it in open_channels.offered(now)],
        "test": test,
        "send": send,
        "sent_by": channels.in_words(send.channel) if send else "",
        "twilio_did": what_twilio_did(send) if send else "",
        "can_be_read_out": test is not None and trial_codes.can_be_read_out(test, now),
    }
    return admin_page(request, "agent/test_code.html", context)


def what_twilio_did(send: VerificationSend) -> str:
    """Return in words what Twilio did with a test, and what to do if it failed."""
    outcome = outcomes.of_send(send.answer, send.code)
    if send.answer == SENT:
        return f"Twilio has accepted it. {outcome.operator if outcome else 'Ask the agent whether it arrives.'}"
    return f"{outcome.means} {outcome.operator}" if outcome else "Twilio has not answered."


def _send(request: HttpRequest, agent: Agent, phone: PhoneAuthenticator, channel: Channel) -> HttpResponse:
    origin, now = request_facts.origin_of(request), clock.now()
    begun = trial_codes.begin(phone, channel, reach.operator_of(request), now)
    if isinstance(begun, NotNow):
        messages.error(request, begun.value)
        return _back_to_page(agent)
    result = sends.carry_out(begun, sending.gateway(), origin.reference, now, address=origin.address)
    begun.refresh_from_db()
    kind = Kind.TEST_SENT if isinstance(result, Sent) else Kind.TEST_NOT_SENT
    events.record(kind, origin, clock.now(), agent=agent, detail=f"{channel.value}: {begun.answer}")
    return _back_to_page(agent)


def _check(request: HttpRequest, agent: Agent, phone: PhoneAuthenticator) -> HttpResponse:
    """Compare the digits that were read out with the code."""
    test, form, now = trial_codes.last(phone), CodeForm(request.POST), clock.now()
    if test is None or not trial_codes.can_be_read_out(test, now):
        messages.error(request, "There is no test code to check. Send one first.")
    elif not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["code"])))
    else:
        with checking.with_deadline() as verify:
            checked = trial_codes.read_out(test, form.cleaned_data["code"], verify, now)
        arrived = checked is Checked.APPROVED
        kind, origin = Kind.TEST_ARRIVED if arrived else Kind.TEST_WRONG, request_facts.origin_of(request)
        events.record(kind, origin, clock.now(), agent=agent, detail="" if arrived else checked.value)
        if arrived:
            messages.success(request, f"That is right: codes reach {agent}. The code is used up and signed nobody in.")
        else:
            messages.error(request, FAULTS[checked])
    return _back_to_page(agent)


def _cost(channel: Channel) -> Decimal:
    """Return the price of a test whose code is right; 0 without configured prices."""
    prices = settings.LATCHKEY.prices
    return prices.get(channel.value, Decimal(0)) + prices.get(costs.APPROVED, Decimal(0))


def _back_to_page(agent: Agent) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:test_code", args=[agent.pk]))
