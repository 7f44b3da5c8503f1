"""`/me/not-me`: an agent reports another of their sign-ins as not theirs."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from idp import clock
from idp.agents.models import Device
from idp.login import request_facts
from idp.login.endings import not_me as reports
from idp.login.pages.rendering import see_other
from idp.web.errors import NotFound
from idp.web.me.page import device_of
from idp.web.request_fields import row_uuid


@require_POST
@transaction.atomic
def not_me(request: HttpRequest) -> HttpResponse:
    """Report another device of the agent, which is revoked at once.

    Raises NotSignedIn, or NotFound if it is not the agent's.
    """
    here = device_of(request)
    which = row_uuid(request.POST.get("which", ""))
    other = Device.objects.of(here.agent).exclude(pk=here.pk).select_related("agent").filter(pk=which).first()
    if other is None:
        raise NotFound("no other device of this agent")
    reports.report(here, other, request_facts.origin_of(request), clock.now())
    return see_other("/me#sign-ins")  # on a phone, what came of it stands far below the top of the page
