"""The offer of a passkey after a code: *next time without a code*.

It comes between the code and the answer. Only a browser whose script reported that it can store a passkey sees it.
Whatever happens there, the login then continues as it would have without the offer.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.agents.models import Device
from idp.login import cookies, passkey_setup, request_facts
from idp.login.flow import device_state, storage
from idp.login.flow.sign_in import Admission, LoginResult
from idp.login.models import LoginFlow
from idp.login.pages import passkey_setup_form
from idp.login.pages.passkey_setup_form import SetupForm
from idp.login.pages.rendering import address, page, see_other
from idp.passkeys import relying_party
from idp.passkeys.models import Passkey

TO_THINK = timedelta(minutes=5)
"""How much of the flow's lifetime has to be left. The page continues by itself a minute earlier."""


def path(flow: LoginFlow) -> str:
    """Return the address of the offer."""
    return f"{address(flow)}/passkey"


def is_due(request: HttpRequest, flow: LoginFlow, result: LoginResult) -> bool:
    """Whether an agent who has just given a code is offered a passkey."""
    return (
        request.POST.get("can_keep") == "yes"
        and isinstance(result, Admission)
        and result.authentication.method in passkey_setup.ENOUGH
        and not cookies.wants_no_passkey(request)
        and clock.now() + TO_THINK < flow.expires_at
        and relying_party.from_settings() is not None
        and not Passkey.objects.of(result.agent).filter(device=result.device).exists()
    )


@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, flow_id: UUID) -> HttpResponse:
    """Offer a passkey, store the one that was created, or continue without one."""
    flow = storage.get(flow_id, cookies.flow_secret(request, flow_id), clock.now())
    if "later" in request.POST:
        response = see_other(flow.return_to)
        cookies.write_no_passkey(response)
        return response
    with transaction.atomic():
        device = _device(request, flow)
        form = passkey_setup_form.answer(request, device) if device else None
    if not isinstance(form, SetupForm):
        return see_other(flow.return_to)
    patience = int((TO_THINK - timedelta(minutes=1)).total_seconds())
    return page(request, flow, "login/passkey_offer.html", {**form.context, "patience": patience}, status=form.status)


def _device(request: HttpRequest, flow: LoginFlow) -> Device | None:
    """Return the device on which this flow was finished recently, if the browser proves to be that device."""
    now = clock.now()
    device = device_state.proved_device(request_facts.of_browser(request), now)
    if device is None or device.pk != flow.device_id:
        return None
    return device if passkey_setup.is_proved_lately(device, now) else None
