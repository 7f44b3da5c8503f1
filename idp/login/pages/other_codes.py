"""The pages for codes that need no text: from an authenticator app, a printed sheet, or an operator.

They are offered to everyone alike, whether they have such a code or not.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from idp import clock
from idp.agents.authentication import Method
from idp.login import request_facts
from idp.login.codes import requesting
from idp.login.flow.dispatcher import Step
from idp.login.ladder.steps import Refuse
from idp.login.models import LoginFlow
from idp.login.pages import rejection_delay
from idp.login.pages.forms import AppCodeForm, BackupCodeForm
from idp.login.pages.rendering import address, page, paused, refusal, see_other
from idp.login.proofs import other_code
from idp.otp.checks import Checked
from idp.otp.identifiers import Email, PhoneNumber, parse
from idp.otp.other_codes.proofs import Given, Way
from idp.otp.progress import progress_of
from idp.otp.verifications import Paused

FORMS = {Way.APP: AppCodeForm, Way.BACKUP: BackupCodeForm}
TEMPLATES = {Way.APP: "login/app_code.html", Way.BACKUP: "login/backup_code.html"}


def offered(flow: LoginFlow) -> list[Way]:
    """List the ways that the service accepts. This depends on the service alone."""
    return [way for way in Way if way.methods <= frozenset(flow.accepted)]


def chosen(request: HttpRequest, flow: LoginFlow) -> Way | None:
    """Return the way that the address names, if the service accepts it.

    If it names none and the service accepts no texted code, return the first way.
    """
    found = request.GET.get("with")
    ways = offered(flow)
    if found in set(Way) and Way(found) in ways:
        return Way(found)
    return ways[0] if ways and not flow.accepts(Method.CODE) else None


def path(flow: LoginFlow, way: Way) -> str:
    """Return the address of a way's page."""
    return f"{address(flow)}?with={way}"


def begin(
    request: HttpRequest, flow: LoginFlow, way: Way, typed: PhoneNumber | Email, touch_points: int | None
) -> HttpResponse:
    """Go on from the first page without a text."""
    seen = request_facts.of_browser(request, touch_points)
    result = requesting.begin_without_text(flow, typed, seen, clock.now())
    match result:
        case Refuse():
            return refusal(request, flow, result, seen)
        case Paused(until):
            return paused(request, flow, until)
    return see_other(path(flow, way))


def submit(request: HttpRequest, flow: LoginFlow, way: Way) -> Step | HttpResponse:
    """Check the code that was typed. Returns the next step, or the page for a code that is not right."""
    form = FORMS[way](request.POST)
    if not form.is_valid():
        return show(request, flow, way, error=str(form.errors["code"][0]))
    typed = parse(flow.typed, settings.LATCHKEY.default_country)
    if not isinstance(typed, PhoneNumber | Email):
        return see_other(address(flow))
    due = rejection_delay.due_at()
    seen = request_facts.of_browser(request, flow.touch_points)
    result = other_code.submit(flow, typed, Given(way, form.cleaned_data["code"]), seen, clock.now())
    if isinstance(result, Paused):
        return paused(request, flow, result.until)
    if not isinstance(result, Checked):
        return result
    # An agent without an app or codes is answered faster than a wrong code. The pause hides the difference.
    rejection_delay.wait_until(due)
    return show(request, flow, way, error=_("That code isn't right."), was_tried=True)


def show(request: HttpRequest, flow: LoginFlow, way: Way, *, error: str = "", was_tried: bool = False) -> HttpResponse:
    """Show the page of a way. It is the same for known and unknown numbers.

    `error` says what is wrong with the code that was typed, which `was_tried` or is malformed.
    """
    if flow.verification is None:
        return see_other(address(flow))
    now = clock.now()
    left = progress_of(flow.verification, requesting.asker_of(request_facts.of_browser(request)), now)
    if left.tries_left <= 0 and now < left.expires_at:
        return paused(request, flow, left.expires_at)
    context = {
        "error": error,
        "was_tried": was_tried,
        "tries_left": left.tries_left,
        "action": path(flow, way),
        "ways": offered(flow),
        "by_text": flow.accepts(Method.CODE),
        "by_email": "@" in flow.typed,
        "texts_down": requesting.texts_are_down(flow, now),
        "channels": left.channels,
    }
    status = 403 if was_tried else 400 if error else 200
    return page(request, flow, TEMPLATES[way], context, status=status)
