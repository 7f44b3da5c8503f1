"""The pages for codes that need no text: from an authenticator app, a printed sheet, or an operator.

They are offered to everyone alike, whether they have such a code or not.
"""

from django.http import HttpRequest, HttpResponse

from idp import clock
from idp.agents.authentication import Method
from idp.login import request_facts
from idp.login.codes import requesting
from idp.login.models import LoginFlow
from idp.login.pages.rendering import address, page, paused, see_other
from idp.otp.other_codes.ways import Way
from idp.otp.progress import progress_of

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
