"""The answer to a proof may get lost on its way. The browser that asks again gets what it should have."""

from datetime import timedelta

from django.conf import settings

from idp.agents import cutoffs, device_rows, devices, locks
from idp.agents.authentication import Method
from idp.agents.models import Device
from idp.login.cookies import CookieChanges
from idp.login.flow import sign_in
from idp.login.flow.request import FlowRequest
from idp.login.flow.sign_in import Finished, LoginResult
from idp.login.models import LoginFlow
from idp.sessions import lifecycle as sessions
from idp.tokens import lifecycle as tokens


def resume(request: FlowRequest[LoginFlow]) -> Finished[LoginResult]:
    """Return the result of a flow that is already finished.

    If the answer to the proof was lost, the browser that holds the flow cookie gets the same root token and new
    secrets, within the quiet time (`LATCHKEY_QUIET_SECONDS`). After that it needs a new code.
    """
    return Finished(sign_in.result_of(request.flow), _lost_cookies(request))


def _lost_cookies(request: FlowRequest[LoginFlow]) -> CookieChanges:
    """Return the cookies that the browser should have, if it did not receive them."""
    flow = request.flow
    quiet = timedelta(seconds=settings.LATCHKEY.quiet_seconds)
    late = flow.finished_at is None or request.now >= flow.finished_at + quiet
    if late or flow.device is None or not Method(flow.method).is_fresh:
        return CookieChanges()
    if device_rows.is_known_by(flow.device, request.facts.device_secret):  # the answer arrived
        return CookieChanges()
    locks.hold_devices([flow.device.pk])
    device = Device.objects.get(pk=flow.device.pk)
    session = sessions.find(device)
    if cutoffs.is_ended(device) or session is None or session.index != flow.session_index:
        return CookieChanges()
    token = tokens.root_again(device, request.now) if device.remembered else None
    return sign_in.new_cookies(request, device, devices.renew_secret(device), token, sessions.renew_secret(session))
