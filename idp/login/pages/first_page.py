"""The first page of the login: it asks for a number or an email address, or takes a passkey."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from idp import clock
from idp.agents import device_rows
from idp.agents.authentication import Method
from idp.agents.models import Reason
from idp.login import cookies
from idp.login.codes import requesting
from idp.login.endings import not_me
from idp.login.ladder.steps import AskPhone
from idp.login.models import LoginFlow
from idp.login.pages import other_codes, passkey_sign_in
from idp.login.pages.forms import IdentifierForm
from idp.login.pages.notices import notice, reported
from idp.login.pages.rendering import OWN_PAGE, page

SERVICE_UNAVAILABLE = 503


def show(
    request: HttpRequest,
    flow: LoginFlow,
    step: AskPhone,
    *,
    form: IdentifierForm | None = None,
    typed: str = "",
    not_taken: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show the first page. `typed` fills its field, `not_taken` says why a passkey was rejected."""
    device = device_rows.find(request.COOKIES.get(cookies.name("device")))
    other = not_me.replacement(device, clock.now()) if step.reason == Reason.REPLACED else None
    said = other if other is not None and not_me.was_reported(other) else None
    by_email, typed = _by_email(request, typed or request.POST.get("identifier", flow.typed))
    context = {
        "notice": reported(said) if said else notice(step.reason, device, flow.limits),
        "other": None if said else other,
        "error": next(iter(form.errors.get("identifier", [])), "") if form else "",
        "typed": typed,
        "texts_down": status == SERVICE_UNAVAILABLE or requesting.texts_are_down(flow, clock.now()),
        "by_email": by_email,
        "country": settings.LATCHKEY.default_country,
        "asked_to_confirm": flow.force_authn and flow.service != OWN_PAGE,
        "ways": other_codes.offered(flow),
        "by_text": flow.accepts(Method.CODE),
        "passkey": passkey_sign_in.request_for(flow, device, clock.now()),
        "not_taken": not_taken,
    }
    return page(request, flow, "login/phone.html", context, status=status)


def _by_email(request: HttpRequest, typed: str) -> tuple[bool, str]:
    """Return whether the page asks for an email address, and what its field contains."""
    is_email, chosen = "@" in typed, request.GET.get("by")
    by_email = chosen == "email" or (is_email and chosen != "number")
    return by_email, typed if request.method == "POST" or is_email == by_email else ""
