"""The page that asks for a texted code, and offers to send another one."""

from math import ceil

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from idp import clock
from idp.agents.models import Kind
from idp.login import request_facts
from idp.login.codes import requesting
from idp.login.models import LoginFlow
from idp.login.pages import other_codes
from idp.login.pages.forms import CodeForm
from idp.login.pages.rendering import address, minutes, page, paused, see_other
from idp.otp.checks import Checked
from idp.otp.progress import progress_of

FORBIDDEN, SERVICE_UNAVAILABLE, TOO_MANY_REQUESTS = 403, 503, 429
COST_A_TRY = {FORBIDDEN, SERVICE_UNAVAILABLE}
"""With one of these statuses the page says how many tries are left."""


def show(request: HttpRequest, flow: LoginFlow, *, form: CodeForm | None = None, status: int = 200) -> HttpResponse:
    """Show the page for the code that the flow awaits: texted, or of another way."""
    if flow.verification is None:
        return see_other(address(flow))
    now = clock.now()
    if form is None and (way := other_codes.chosen(request, flow)) is not None:
        return other_codes.show(request, flow, way)
    left = progress_of(flow.verification, requesting.asker_of(request_facts.of_browser(request)), now)
    if left.tries_left <= 0 and now < left.expires_at:
        return paused(request, flow, left.expires_at)
    ways = other_codes.offered(flow)
    if left.sends == 0 and ways:  # no text was requested
        return other_codes.show(request, flow, ways[0])
    wait = left.next_send_at and max(0, ceil((left.next_send_at - now).total_seconds()))
    context = {
        "minutes": minutes(left.expires_at),
        "error": next(iter(form.errors.get("code", [])), "") if form else "",
        "tries_left": left.tries_left,
        "was_tried": status in COST_A_TRY,
        "typed": flow.typed,
        "by_email": "@" in flow.typed,
        "mobile": request_facts.of_browser(request, flow.touch_points).browser.kind == Kind.MOBILE,
        "phones_per_agent": settings.LATCHKEY.phones_per_agent,
        "remember_desktops": settings.LATCHKEY.remember_desktops,
        "wait": wait,
        "too_early": status == TOO_MANY_REQUESTS and wait,
        "channel": left.channel,
        "over": now >= left.expires_at,
        "sends": left.sends,
        "policy": flow.limits,
        "texts_down": (form is None and status == SERVICE_UNAVAILABLE) or requesting.texts_are_down(flow, now),
        "ways": ways,
        "channels": left.channels,
        "web_otp": settings.LATCHKEY.web_otp,
    }
    return page(request, flow, "login/code.html", context, status=status)


def show_rejected(request: HttpRequest, flow: LoginFlow, form: CodeForm, result: Checked) -> HttpResponse:
    """Show the page again, with the reason why the code was rejected."""
    match result:
        case Checked.EXPIRED:
            sentence = _("That code has expired. Choose Text me again for a new one.")
            status = 410
        case Checked.UNKNOWN:
            sentence = _("We could not check that code. Try again in a moment.")
            status = 503
        case _:
            sentence = _("That code isn't right.")
            status = 403
    form.add_error("code", sentence)
    return show(request, flow, form=form, status=status)
