"""The page that asks for a texted code, and offers to send another one."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the page says about the form that was just sent. `was_tried` means that the code used up a try."""

    status: int
    error: str = ""
    was_tried: bool = False
    too_early: bool = False
    texts_down: bool = False


NO_FEEDBACK = Feedback(200)
TOO_EARLY = Feedback(429, too_early=True)
TEXTS_DOWN = Feedback(503, texts_down=True)


def malformed(form: CodeForm) -> Feedback:
    """Say what is wrong with what was typed. It was not tried."""
    return Feedback(400, str(form.errors["code"][0]))


def rejected(result: Checked, flow: LoginFlow) -> Feedback:
    """Say why a code was rejected. One that is typed again because its verdict got lost may have been right."""
    match result:
        case Checked.EXPIRED:
            return Feedback(410, _("That code has expired. Choose Text me again for a new one."))
        case Checked.UNKNOWN:
            return Feedback(503, _("We could not check that code. Try again in a moment."), was_tried=True)
    if flow.is_in_doubt:
        sentence = _("That code isn't right, or no longer works. Choose Text me again for a new one.")
        return Feedback(403, sentence, was_tried=True)
    return Feedback(403, _("That code isn't right."), was_tried=True)


def show(request: HttpRequest, flow: LoginFlow, feedback: Feedback = NO_FEEDBACK) -> HttpResponse:
    """Show the page for the code that the flow awaits: texted, or of another way."""
    if flow.verification is None:
        return see_other(address(flow))
    now = clock.now()
    if (way := other_codes.chosen(request, flow)) is not None:
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
        "error": feedback.error,
        "tries_left": left.tries_left,
        "was_tried": feedback.was_tried,
        "typed": flow.typed,
        "by_email": "@" in flow.typed,
        "mobile": request_facts.of_browser(request, flow.touch_points).browser.kind == Kind.MOBILE,
        "phones_per_agent": settings.LATCHKEY.phones_per_agent,
        "remember_desktops": settings.LATCHKEY.remember_desktops,
        "wait": wait,
        "too_early": feedback.too_early and wait,
        "channel": left.channel,
        "over": now >= left.expires_at,
        "sends": left.sends,
        "in_doubt": flow.is_in_doubt,
        "policy": flow.limits,
        "texts_down": feedback.texts_down or requesting.texts_are_down(flow, now),
        "ways": ways,
        "channels": left.channels,
        "web_otp": settings.LATCHKEY.web_otp,
    }
    return page(request, flow, "login/code.html", context, status=feedback.status)
