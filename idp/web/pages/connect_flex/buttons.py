"""The buttons of Connect Flex: listening, connecting the sender of a request, and the settings of a connection."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from idp import clock
from idp.saml.connecting import adoption, listening
from idp.saml.models import ServiceProvider
from idp.saml.trust import RequestSignature
from idp.web import rights
from idp.web.operators import recent_factor
from idp.web.pages.connect_flex.access import LISTENING_PART, connection_of, record, to_listening_part


@require_POST
@permission_required(rights.ADD_SERVICES, raise_exception=True)
def listen(request: HttpRequest) -> HttpResponse:
    """Record each sign-in request of the next ten minutes."""
    listening.begin(clock.now())
    return to_listening_part(request)


@require_POST
@permission_required(rights.ADD_SERVICES, raise_exception=True)
def stop_listening(request: HttpRequest) -> HttpResponse:
    """Stop recording."""
    listening.end(clock.now())
    return to_listening_part(request)


@require_POST
@permission_required([rights.ADD_SERVICES, rights.CHANGE_SERVICES], raise_exception=True)
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Connect the Flex that sent a recorded request. Everything is derived again from that request."""
    page = reverse("admin:connect_flex", fragment=LISTENING_PART)
    recent_factor.require(request, "connect a Flex, or another address of one, by its request", cancel=page)
    try:
        sp = adoption.adopt(pk)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except IntegrityError:  # another operator connected it at the same time
        messages.error(request, adoption.GONE)
    else:
        return to_connection(request, sp)
    return to_listening_part(request)


def to_connection(request: HttpRequest, sp: ServiceProvider) -> HttpResponse:
    """Redirect to the connection that was registered, or got another address."""
    record(request, sp, "Connected as a Flex.")
    messages.success(request, f"{sp.name} may now ask for sign-ins. Next, type our values into the Console.")
    return HttpResponseRedirect(reverse("admin:flex_connection", args=[sp.slug]))


@require_POST
@permission_required(rights.CHANGE_SERVICES, raise_exception=True)
def ignore_signatures(request: HttpRequest, slug: str) -> HttpResponse:
    """Ignore the signatures of this service's requests."""
    sp = connection_of(slug)
    page = reverse("admin:flex_connection", args=[sp.slug])
    recent_factor.require(request, f"ignore the request signatures of {sp}", cancel=page)
    sp.request_signature = RequestSignature.IGNORE
    sp.save(update_fields=["request_signature"])
    record(request, sp, "Request signatures are ignored.")
    messages.success(request, f"{sp.name}'s request signatures are ignored from now on. Sign in there again.")
    return to_listening_part(request)


@require_POST
@permission_required(rights.CHANGE_SERVICES, raise_exception=True)
def open_from_here(request: HttpRequest, slug: str) -> HttpResponse:
    """Allow or forbid sign-ins to this connection that begin at Latchkey."""
    sp = connection_of(slug)
    sp.unsolicited = "unsolicited" in request.POST
    sp.save(update_fields=["unsolicited"])
    record(request, sp, f"May be opened from here: {'yes' if sp.unsolicited else 'no'}.")
    messages.success(request, f"{sp.name} {'may' if sp.unsolicited else 'can no longer'} be opened from here.")
    return HttpResponseRedirect(reverse("admin:flex_connection", args=[sp.slug]))


@require_POST
@permission_required(rights.ADD_SERVICES, raise_exception=True)
def report_opened(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the answer to *Did Flex open?*: finish, or show the symptoms."""
    sp = connection_of(slug)
    if "yes" not in request.POST:
        return HttpResponseRedirect(reverse("admin:flex_symptoms", query={"service": sp.slug}))
    listening.end(clock.now())
    messages.success(request, f"{sp.name} is connected. Your agents can now sign in.")
    return HttpResponseRedirect(reverse("admin:index"))
