"""The pages of the login. Every form posts to the same address, and the flow decides what comes next."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.agents.authentication import Method
from idp.login import cookies, request_facts
from idp.login.codes import requesting
from idp.login.endings import not_me
from idp.login.flow import dispatcher, storage
from idp.login.flow.sign_in import Finished
from idp.login.ladder.steps import AskPhone, Refuse, RefusedBy
from idp.login.models import LoginFlow
from idp.login.pages import code_page, first_page, other_codes, passkey_offer, rejected_forms, rejection_delay
from idp.login.pages.forms import BackupCodeForm, CodeForm, IdentifierForm, PasskeyForm
from idp.login.pages.rendering import address, paused, refusal, see_other
from idp.login.proofs import other_code, passkey, texted_code
from idp.otp import open_channels
from idp.otp.channels import Channel
from idp.otp.checks import Checked
from idp.otp.identifiers import Email, PhoneNumber, parse
from idp.otp.other_codes.ways import Given, Way
from idp.otp.verifications import Paused
from idp.passkeys.lifecycle import NotProved

WRONG = {Checked.WRONG, Checked.GONE}
"""What no second check would change, unlike a check without a verdict."""
OTHER_CODE_FORMS = {Way.APP: CodeForm, Way.BACKUP: BackupCodeForm}


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, flow_id: UUID) -> HttpResponse:
    """Show the page for the step that a flow has reached, or handle a form of that page."""
    now = clock.now()
    flow = storage.get(flow_id, cookies.flow_secret(request, flow_id), now)
    is_answer = "lang" not in request.GET and not rejected_forms.came_before(request)  # else the same page comes again
    if request.method == "POST" and is_answer:
        return _handle(request, flow)
    return _show(request, flow, texted_code.resume(flow, request_facts.of_browser(request, flow.touch_points), now))


def _handle(request: HttpRequest, flow: LoginFlow) -> HttpResponse:
    if "identifier" in request.POST:
        return _handle_identifier(request, flow)
    if "passkey" in request.POST:
        return _handle_passkey(request, flow)
    if "code" in request.POST:
        way = other_codes.chosen(request, flow)
        return _handle_code(request, flow) if way is None else _handle_other_code(request, flow, way)
    if "not_me" in request.POST:
        not_me.report_replacement(request_facts.of_browser(request), clock.now())
        return see_other(address(flow))
    if "again" in request.POST:
        return _send_again(request, flow, request.POST["again"])
    requesting.change_number(flow)
    return see_other(address(flow))


def _handle_identifier(request: HttpRequest, flow: LoginFlow) -> HttpResponse:
    if not flow.accepts(Method.CODE) and not other_codes.offered(flow):  # no code would be accepted from anybody
        return see_other(address(flow))
    form = IdentifierForm(request.POST, by_email=request.GET.get("by") == "email")
    if not form.is_valid():
        error = str(form.errors.get("identifier", [""])[0])
        return first_page.show(request, flow, feedback=first_page.Feedback(400, error))
    touch_points = form.cleaned_data["touch_points"]
    if (way := other_codes.chosen(request, flow)) is not None:
        return _begin_without_text(request, flow, form.cleaned_data["identifier"], way, touch_points)
    return _send(request, flow, form.cleaned_data["identifier"], Channel.SMS, touch_points)


def _begin_without_text(
    request: HttpRequest, flow: LoginFlow, typed: PhoneNumber | Email, way: Way, touch_points: int | None
) -> HttpResponse:
    facts = request_facts.of_browser(request, touch_points)
    result = requesting.begin_without_text(flow, typed, facts, clock.now())
    match result:
        case Refuse():
            return refusal(request, flow, result, facts)
        case Paused(until):
            return paused(request, flow, until)
    return see_other(other_codes.path(flow, way))


def _send_again(request: HttpRequest, flow: LoginFlow, channel: str) -> HttpResponse:
    """Send the code again, by a channel that is offered now. It may have been withdrawn since the page was shown."""
    typed = _typed_before(flow)
    by_text = flow.verification is not None and flow.accepts(Method.CODE)
    if typed is None or not by_text or channel not in open_channels.offered(clock.now()):
        return see_other(address(flow))
    return _send(request, flow, typed, Channel(channel), flow.touch_points)


def _send(
    request: HttpRequest,
    flow: LoginFlow,
    typed: PhoneNumber | Email,
    channel: Channel,
    touch_points: int | None,
) -> HttpResponse:
    facts = request_facts.of_browser(request, touch_points)
    result = requesting.send_code(flow, typed, channel, facts, clock.now())
    match result:
        case requesting.TooEarly() if "again" in request.POST:
            return code_page.show(request, flow, code_page.TOO_EARLY)
        case Refuse():
            return refusal(request, flow, result, facts)
        case requesting.TextsDown():
            return _texts_down(request, flow, typed)
        case Paused(until):
            return paused(request, flow, until)
    return see_other(address(flow))


def _texts_down(request: HttpRequest, flow: LoginFlow, typed: PhoneNumber | Email) -> HttpResponse:
    """Say that no code can be sent, on the page where the agent is. What was typed stays."""
    if flow.verification is not None:
        return code_page.show(request, flow, code_page.TEXTS_DOWN)
    feedback = first_page.Feedback(503, typed=typed.shown, texts_down=True)
    return first_page.show(request, flow, feedback=feedback)


def _handle_code(request: HttpRequest, flow: LoginFlow) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return code_page.show(request, flow, code_page.malformed(form))
    due = rejection_delay.due_at()
    facts = request_facts.of_browser(request, flow.touch_points)
    result = texted_code.submit(flow, form.cleaned_data["code"], facts, clock.now())
    if not isinstance(result, Checked):
        return _show(request, flow, result)
    # If nobody has the number, there is no code to check. The pause hides the difference.
    rejection_delay.wait_until(due)
    if result in WRONG:
        rejected_forms.remember(request)
    return code_page.show(request, flow, code_page.rejected(result, flow))


def _handle_other_code(request: HttpRequest, flow: LoginFlow, way: Way) -> HttpResponse:
    form = OTHER_CODE_FORMS[way](request.POST)
    if not form.is_valid():
        return other_codes.show(request, flow, way, error=str(form.errors["code"][0]))
    typed = _typed_before(flow)
    if typed is None:
        return see_other(address(flow))
    due = rejection_delay.due_at()
    facts = request_facts.of_browser(request, flow.touch_points)
    result = other_code.submit(flow, typed, Given(way, form.cleaned_data["code"]), facts, clock.now())
    if isinstance(result, Paused):
        return paused(request, flow, result.until)
    if not isinstance(result, Checked):
        return _show(request, flow, result)
    # An agent without an app or codes is answered faster than a wrong code. The pause hides the difference.
    rejection_delay.wait_until(due)
    rejected_forms.remember(request)
    return other_codes.show(request, flow, way, error=_("That code isn't right."), was_tried=True)


def _handle_passkey(request: HttpRequest, flow: LoginFlow) -> HttpResponse:
    form = PasskeyForm(request.POST)
    if not form.is_valid():
        return first_page.show(request, flow, feedback=first_page.passkey_rejected(400))
    due = rejection_delay.due_at()
    facts = request_facts.of_browser(request, form.cleaned_data["touch_points"])
    result = passkey.submit(flow, form.cleaned_data["passkey"], facts, clock.now())
    if isinstance(result, Paused):
        return paused(request, flow, result.until)
    if not isinstance(result, NotProved):
        return _show(request, flow, result)
    # An unknown passkey is rejected faster than a wrong signature. The pause hides the difference.
    rejection_delay.wait_until(due)
    feedback = first_page.passkey_rejected(400 if result.refused.unreadable else 403)
    return first_page.show(request, flow, feedback=feedback)


def _typed_before(flow: LoginFlow) -> PhoneNumber | Email | None:
    """Return what was typed on the first page, if anything was."""
    read = parse(flow.typed, settings.LATCHKEY.default_country)
    return read if isinstance(read, PhoneNumber | Email) else None


def _show(request: HttpRequest, flow: LoginFlow, step: dispatcher.Step) -> HttpResponse:
    match step:
        case Finished(result, cookie_changes):
            offered = passkey_offer.is_due(request, flow, result)
            response = see_other(passkey_offer.path(flow) if offered else flow.return_to)
            cookies.write(response, request, cookie_changes)
            return response
        case AskPhone(reason):
            return first_page.show(request, flow, reason)
        case Refuse(by=RefusedBy.NOT_PASSIVE):
            return see_other(flow.return_to)
        case Refuse():
            return refusal(request, flow, step, request_facts.of_browser(request, flow.touch_points))
    return code_page.show(request, flow)
