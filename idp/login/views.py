"""The pages of the login. Each form comes back to one address, and the flow says what is next."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from idp import clock, reference
from idp.agents import devices
from idp.login import cookies, flow, presented
from idp.login.forms import CodeForm, IdentifierForm
from idp.login.ladder import AskPhone, Refuse, RefusedBy
from idp.login.models import LoginFlow
from idp.login.notices import notice
from idp.login.presented import Presented
from idp.login.sign_in import Finished
from idp.otp import verifications
from idp.otp.channels import Channel
from idp.otp.identifiers import Email, PhoneNumber, parse
from idp.otp.verifications import Checked, Paused

SEE_OTHER = 303
SERVICE_UNAVAILABLE = 503


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, flow_id: UUID) -> HttpResponse:
    """Show the step a login has come to, or take one further."""
    now = clock.now()
    login = flow.get(flow_id, cookies.flow_secret(request, flow_id), now)
    if request.method == "POST":
        return _take(request, login)
    return _show(request, login, flow.advance(login, presented.by(request, login.touch_points), now))


def keep(login: LoginFlow, path: str) -> HttpResponse:
    """Lead the browser on, and store the flow with its cookie if that has not been done."""
    response = see_other(path)
    if not login.stored:
        cookies.write_flow(response, login.pk, flow.store(login))
    return response


def see_other(path: str) -> HttpResponse:
    """Redirect so that the browser comes back by GET (RFC 9110 section 15.4.4)."""
    response = HttpResponseRedirect(path)
    response.status_code = SEE_OTHER
    return response


def address(login: LoginFlow) -> str:
    """Return the path of a flow's pages."""
    return f"/login/{login.pk}"


def refusal(request: HttpRequest, login: LoginFlow, refuse: Refuse, seen: Presented) -> HttpResponse:
    """Tell an agent that they may not enter from here, and what to do."""
    if refuse.by == RefusedBy.SWITCHED_OFF:
        return _page(request, login, "login/switched_off.html", {}, status=403)
    context = {"message": refuse.message, "seen": seen.browser.label, "unknown": not seen.user_agent.platform}
    return _page(request, login, "login/refused.html", context, status=403)


def _take(request: HttpRequest, login: LoginFlow) -> HttpResponse:
    if "identifier" in request.POST:
        return _take_identifier(request, login)
    if "code" in request.POST:
        return _take_code(request, login)
    if request.POST.get("again") in set(Channel):
        return _send_again(request, login, Channel(request.POST["again"]))
    flow.change_number(login)
    return see_other(address(login))


def _take_identifier(request: HttpRequest, login: LoginFlow) -> HttpResponse:
    form = IdentifierForm(request.POST)
    if not form.is_valid():
        return _ask_phone(request, login, AskPhone(None), form=form, status=400)
    touch_points = form.cleaned_data["touch_points"]
    return _send(request, login, form.cleaned_data["identifier"], Channel.SMS, touch_points)


def _send_again(request: HttpRequest, login: LoginFlow, channel: Channel) -> HttpResponse:
    typed = parse(login.typed, settings.LATCHKEY.default_country)
    if login.verification is None or not isinstance(typed, PhoneNumber | Email):
        return see_other(address(login))
    return _send(request, login, typed, channel, login.touch_points)


def _send(
    request: HttpRequest,
    login: LoginFlow,
    typed: PhoneNumber | Email,
    channel: Channel,
    touch_points: int | None,
) -> HttpResponse:
    seen = presented.by(request, touch_points)
    result = flow.send_code(login, typed, channel, seen, clock.now())
    match result:
        case Refuse():
            return refusal(request, login, result, seen)
        case flow.TextsDown():
            return _texts_down(request, login, typed)
        case Paused(until):
            return _paused(request, login, until)
    return see_other(address(login))


def _texts_down(request: HttpRequest, login: LoginFlow, typed: PhoneNumber | Email) -> HttpResponse:
    """Say so on the page the person is on; what was typed stays."""
    if login.verification is not None:
        return _ask_code(request, login, status=SERVICE_UNAVAILABLE)
    return _ask_phone(request, login, AskPhone(None), typed=typed.shown, status=SERVICE_UNAVAILABLE)


def _take_code(request: HttpRequest, login: LoginFlow) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _ask_code(request, login, form=form, status=400)
    begun = time.monotonic()
    seen = presented.by(request, login.touch_points)
    result = flow.give_code(login, form.cleaned_data["code"], seen, clock.now())
    if not isinstance(result, Checked):
        return _show(request, login, result)
    # A number that nobody has is answered without asking Twilio; the pause makes both answers alike.
    time.sleep(max(0.0, settings.LATCHKEY.wrong_code_seconds - (time.monotonic() - begun)))
    return _not_approved(request, login, form, result)


def _not_approved(request: HttpRequest, login: LoginFlow, form: CodeForm, result: Checked) -> HttpResponse:
    match result:
        case Checked.EXPIRED:
            sentence = _("That code has expired. Choose Text me again for a new one.")
            status = 410
        case Checked.UNKNOWN:
            sentence = _("We could not check that code just now. Try again in a moment.")
            status = 503
        case _:
            sentence = _("That code isn't right.")
            status = 403
    form.add_error("code", sentence)
    return _ask_code(request, login, form=form, status=status)


def _show(request: HttpRequest, login: LoginFlow, result: flow.Step | Checked) -> HttpResponse:
    match result:
        case Finished(_, handover):
            response = see_other(login.return_to)
            cookies.write(response, request, handover)
            return response
        case AskPhone():
            return _ask_phone(request, login, result)
        case Refuse(by=RefusedBy.NOT_PASSIVE):
            return see_other(login.return_to)
        case Refuse():
            return refusal(request, login, result, presented.by(request, login.touch_points))
    return _ask_code(request, login)


def _ask_phone(
    request: HttpRequest,
    login: LoginFlow,
    asked: AskPhone,
    *,
    form: IdentifierForm | None = None,
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    device = devices.find(request.COOKIES.get(cookies.name("device")))
    context = {
        "notice": notice(asked.reason, device),
        "error": next(iter(form.errors.get("identifier", [])), "") if form else "",
        "typed": typed or request.POST.get("identifier", login.typed),
        "texts_down": status == SERVICE_UNAVAILABLE or flow.texts_are_down(clock.now()),
        "by_email": request.GET.get("by") == "email",
        "country": settings.LATCHKEY.default_country,
        "asked_to_confirm": login.force_authn,
    }
    return _page(request, login, "login/phone.html", context, status=status)


def _ask_code(
    request: HttpRequest, login: LoginFlow, *, form: CodeForm | None = None, status: int = 200
) -> HttpResponse:
    if login.verification is None:
        return see_other(address(login))
    now = clock.now()
    login.verification.refresh_from_db()
    left = verifications.standing(login.verification, flow.asker_of(presented.by(request)), now)
    if left.tries_left <= 0 and now < left.expires_at:
        return _paused(request, login, left.expires_at)
    wait = left.next_send_at and max(0, -(-int((left.next_send_at - now).total_seconds()) // 1))
    context = {
        "minutes": _minutes(left.expires_at),
        "error": next(iter(form.errors.get("code", [])), "") if form else "",
        "tries_left": left.tries_left,
        "typed": login.typed,
        "by_email": "@" in login.typed,
        "mobile": presented.by(request, login.touch_points).browser.kind == "mobile",
        "wait": wait,
        "sends": left.sends,
        "policy": login.timeout_policy,
        "texts_down": status == SERVICE_UNAVAILABLE or flow.texts_are_down(now),
    }
    return _page(request, login, "login/code.html", context, status=status)


def _paused(request: HttpRequest, login: LoginFlow, until: datetime) -> HttpResponse:
    context: dict[str, Any] = {"minutes": _minutes(until), "until": until}
    return _page(request, login, "login/paused.html", context, status=429)


def _minutes(until: datetime) -> int:
    """Return the minutes until then, the begun one included."""
    return max(1, -(-int((until - clock.now()).total_seconds()) // 60))


def _page(
    request: HttpRequest, login: LoginFlow, template: str, context: Mapping[str, Any], *, status: int
) -> HttpResponse:
    shared = {
        "service": login.service_name,
        "address": address(login),
        "back": login.return_to,
        "reference": reference.current(),
        **context,
    }
    return render(request, template, shared, status=status)
