"""Signs agents out in an operator's name, from any page."""

from django.http import HttpRequest

from idp import clock
from idp.agents.models import Device, DeviceQuerySet, Reason
from idp.login import request_facts
from idp.login.endings import signing_out

FLEX_STAYS_OPEN = "Flex may stay open on a phone until somebody closes it."


def sign_out(request: HttpRequest, chosen: DeviceQuerySet) -> list[Device]:
    """Revoke devices. Returns those that were signed in."""
    origin = request_facts.origin_of(request)
    return signing_out.sign_out(chosen, Reason.OPERATOR, str(request.user), origin, clock.now())
