"""The pages of the login. Every form posts to the same address, and the flow decides what comes next."""

import time
from math import ceil
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.agents import devices
from idp.agents.authentication import Method
from idp.agents.models import Reason
from idp.login import cookies, request_facts
from idp.login.codes import requesting, sending
from idp.login.endings import not_me
from idp.login.flow import dispatcher, storage
from idp.login.flow.sign_in import Finished
from idp.login.ladder.steps import AskPhone, Refuse, RefusedBy
from idp.login.models import LoginFlow
from idp.login.pages import other_codes, passkey_offer, passkey_sign_in
from idp.login.pages.forms import CodeForm, IdentifierForm
from idp.login.pages.notices import notice, reported
from idp.login.pages.rendering import OWN_PAGE, address, minutes, page, paused, refusal, see_other
from idp.login.proofs import texted_code
from idp.otp import open_channels, verifications
from idp.otp.channels import Channel
from idp.otp.identifiers import Email, PhoneNumber, parse
from idp.otp.other_codes.proofs import Way
from idp.otp.verifications import Checked, Paused

FORBIDDEN, SERVICE_UNAVAILABLE, TOO_MANY_REQUESTS = 403, 503, 429
COST_A_TRY = {FORBIDDEN, SERVICE_UNAVAILABLE}


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, flow_id: UUID) -> HttpResponse:
    """Show the page for the step that a flow has reached, or handle a form of that page."""
    now = clock.now()
    login = storage.get(flow_id, cookies.flow_secret(request, flow_id), now)
    if request.method == "POST" and "lang" not in request.GET:  # a change of language shows the same page again
        return _take(request, login)
    return _show(request, login, texted_code.resume(login, request_facts.of_browser(request, login.touch_points), now))


def _take(request: HttpRequest, login: LoginFlow) -> HttpResponse:
    if "identifier" in request.POST:
        return _take_identifier(request, login)
    if "passkey" in request.POST:
        return _take_passkey(request, login)
    if "code" in request.POST:
        way = other_codes.chosen(request, login)
        return _take_code(request, login) if way is None else _take_otherwise(request, login, way)
    if "not_me" in request.POST:
        not_me.report_replacement(request_facts.of_browser(request), clock.now())
        return see_other(address(login))
    if request.POST.get("again") in open_channels.offered(clock.now()):
        return _send_again(request, login, Channel(request.POST["again"]))
    requesting.change_number(login)
    return see_other(address(login))


def _take_identifier(request: HttpRequest, login: LoginFlow) -> HttpResponse:
    if not login.accepts(Method.CODE) and not other_codes.offered(login):  # no code would be accepted from anybody
        return see_other(address(login))
    form = IdentifierForm(request.POST, by_email=request.GET.get("by") == "email")
    if not form.is_valid():
        return _ask_phone(request, login, AskPhone(None), form=form, status=400)
    touch_points = form.cleaned_data["touch_points"]
    if (way := other_codes.chosen(request, login)) is not None:
        return other_codes.begin(request, login, way, form.cleaned_data["identifier"], touch_points)
    return _send(request, login, form.cleaned_data["identifier"], Channel.SMS, touch_points)


def _send_again(request: HttpRequest, login: LoginFlow, channel: Channel) -> HttpResponse:
    typed = parse(login.typed, settings.LATCHKEY.default_country)
    by_text = login.verification is not None and login.accepts(Method.CODE)
    if not by_text or not isinstance(typed, PhoneNumber | Email):
        return see_other(address(login))
    return _send(request, login, typed, channel, login.touch_points)


def _send(
    request: HttpRequest,
    login: LoginFlow,
    typed: PhoneNumber | Email,
    channel: Channel,
    touch_points: int | None,
) -> HttpResponse:
    seen = request_facts.of_browser(request, touch_points)
    result = requesting.send_code(login, typed, channel, seen, clock.now())
    match result:
        case requesting.TooEarly() if "again" in request.POST:
            return _ask_code(request, login, status=TOO_MANY_REQUESTS)
        case Refuse():
            return refusal(request, login, result, seen)
        case requesting.TextsDown():
            return _texts_down(request, login, typed)
        case Paused(until):
            return paused(request, login, until)
    return see_other(address(login))


def _texts_down(request: HttpRequest, login: LoginFlow, typed: PhoneNumber | Email) -> HttpResponse:
    """Say that no code can be sent, on the page where the agent is. What was typed stays."""
    if login.verification is not None:
        return _ask_code(request, login, status=SERVICE_UNAVAILABLE)
    return _ask_phone(request, login, AskPhone(None), typed=typed.shown, status=SERVICE_UNAVAILABLE)


def _take_code(request: HttpRequest, login: LoginFlow) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _ask_code(request, login, form=form, status=400)
    begun, now, pause = time.monotonic(), clock.now(), settings.LATCHKEY.wrong_code_seconds
    pause += sending.wait_at_most(login.verification, now) if pause else 0
    seen = request_facts.of_browser(request, login.touch_points)
    result = texted_code.submit(login, form.cleaned_data["code"], seen, now)
    if not isinstance(result, Checked):
        return _show(request, login, result)
    # If nobody has the number, there is no text to wait for and no code to check. The pause hides the difference.
    time.sleep(max(0.0, pause - (time.monotonic() - begun)))
    return _not_approved(request, login, form, result)


def _take_otherwise(request: HttpRequest, login: LoginFlow, way: Way) -> HttpResponse:
    taken = other_codes.submit(request, login, way)
    return taken if isinstance(taken, HttpResponse) else _show(request, login, taken)


def _take_passkey(request: HttpRequest, login: LoginFlow) -> HttpResponse:
    taken = passkey_sign_in.submit(request, login)
    if isinstance(taken, passkey_sign_in.PasskeyRejected):
        return _ask_phone(request, login, AskPhone(None), not_taken=taken.sentence, status=taken.status)
    return taken if isinstance(taken, HttpResponse) else _show(request, login, taken)


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


def _show(request: HttpRequest, login: LoginFlow, step: dispatcher.Step | Checked) -> HttpResponse:
    match step:
        case Finished(result, cookie_changes):
            offered = passkey_offer.is_due(request, login, result)
            response = see_other(passkey_offer.path(login) if offered else login.return_to)
            cookies.write(response, request, cookie_changes)
            return response
        case AskPhone():
            return _ask_phone(request, login, step)
        case Refuse(by=RefusedBy.NOT_PASSIVE):
            return see_other(login.return_to)
        case Refuse():
            return refusal(request, login, step, request_facts.of_browser(request, login.touch_points))
    return _ask_code(request, login)


def _ask_phone(
    request: HttpRequest,
    login: LoginFlow,
    asked: AskPhone,
    *,
    form: IdentifierForm | None = None,
    typed: str = "",
    not_taken: str = "",
    status: int = 200,
) -> HttpResponse:
    device = devices.find(request.COOKIES.get(cookies.name("device")))
    other = not_me.replacement(device, clock.now()) if asked.reason == Reason.REPLACED else None
    said = other if other is not None and not_me.was_reported(other) else None
    by_email, typed = _by_email(request, typed or request.POST.get("identifier", login.typed))
    context = {
        "notice": reported(said) if said else notice(asked.reason, device, login.limits),
        "other": None if said else other,
        "error": next(iter(form.errors.get("identifier", [])), "") if form else "",
        "typed": typed,
        "texts_down": status == SERVICE_UNAVAILABLE or requesting.texts_are_down(login, clock.now()),
        "by_email": by_email,
        "country": settings.LATCHKEY.default_country,
        "asked_to_confirm": login.force_authn and login.service != OWN_PAGE,
        "ways": other_codes.offered(login),
        "by_text": login.accepts(Method.CODE),
        "passkey": passkey_sign_in.request_for(login, device, clock.now()),
        "not_taken": not_taken,
    }
    return page(request, login, "login/phone.html", context, status=status)


def _by_email(request: HttpRequest, typed: str) -> tuple[bool, str]:
    """Return whether the page asks for an e-mail address, and what its field contains."""
    is_email, chosen = "@" in typed, request.GET.get("by")
    by_email = chosen == "email" or (is_email and chosen != "number")
    return by_email, typed if request.method == "POST" or is_email == by_email else ""


def _ask_code(
    request: HttpRequest, login: LoginFlow, *, form: CodeForm | None = None, status: int = 200
) -> HttpResponse:
    if login.verification is None:
        return see_other(address(login))
    now = clock.now()
    if form is None and (way := other_codes.chosen(request, login)) is not None:
        return other_codes.show(request, login, way)
    left = verifications.standing(login.verification, requesting.asker_of(request_facts.of_browser(request)), now)
    if left.tries_left <= 0 and now < left.expires_at:
        return paused(request, login, left.expires_at)
    ways = other_codes.offered(login)
    if left.sends == 0 and ways:  # no text was requested
        return other_codes.show(request, login, ways[0])
    wait = left.next_send_at and max(0, ceil((left.next_send_at - now).total_seconds()))
    context = {
        "minutes": minutes(left.expires_at),
        "error": next(iter(form.errors.get("code", [])), "") if form else "",
        "tries_left": left.tries_left,
        "was_tried": status in COST_A_TRY,
        "typed": login.typed,
        "by_email": "@" in login.typed,
        "mobile": request_facts.of_browser(request, login.touch_points).browser.kind == "mobile",
        "phones_per_agent": settings.LATCHKEY.phones_per_agent,
        "remember_desktops": settings.LATCHKEY.remember_desktops,
        "wait": wait,
        "too_early": status == TOO_MANY_REQUESTS and wait,
        "channel": left.channel,
        "over": now >= left.expires_at,
        "sends": left.sends,
        "policy": login.limits,
        "texts_down": (form is None and status == SERVICE_UNAVAILABLE) or requesting.texts_are_down(login, now),
        "ways": ways,
        "channels": left.channels,
        "web_otp": settings.LATCHKEY.web_otp,
    }
    return page(request, login, "login/code.html", context, status=status)
