"""The OAuth addresses that browsers visit, and others that are not in the API's document."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from idp import clock
from idp.audit import events
from idp.audit.models import Kind
from idp.login import app_sign_in, cookies, request_facts
from idp.login.flow import dispatcher, storage
from idp.login.flow.dispatcher import Concluded
from idp.login.flow.in_memory import InMemoryFlow
from idp.login.ladder.requirements import LoginRequirements
from idp.login.ladder.steps import Refuse
from idp.login.pages import rendering
from idp.native import authorization, bearer, clients, codes, links, redirects, server_metadata
from idp.native.authorization import AuthorizationRequest, Fault
from idp.native.errors import InvalidRequest

METADATA_AGE = 300


@require_GET
def authorize(request: HttpRequest) -> HttpResponse:
    """Begin an app's sign-in in the system browser. It always asks for a new code (RFC 8252 section 8.6)."""
    query = {name: request.GET.getlist(name) for name in request.GET}
    client = clients.app_that_sent(_only(query.get("client_id")), _only(query.get("redirect_uri")))
    redirect_uri = query["redirect_uri"][0]
    read = authorization.read(query, redirect_uri)
    if isinstance(read, Fault):
        state = authorization.state_of(query)
        return _to_app(redirect_uri, state, error=read.error, error_description=read.description)
    requirements = LoginRequirements(
        client.service,
        client.name,
        force_authn=True,
        enrols_browser=False,
        leads_to=redirects.origin(redirect_uri),
    )
    flow = InMemoryFlow(requirements, client.timeout_policy, _respond_address, read.to_json, clock.now())
    return rendering.store_and_redirect(request, flow, rendering.address(flow))


@require_http_methods(["GET", "POST"])
def respond(request: HttpRequest, flow_id: UUID) -> HttpResponse:
    """Redirect the browser to the app with a code, once. On POST, tell the app that the agent went back."""
    now = clock.now()
    flow = storage.get(flow_id, cookies.flow_secret(request, flow_id), now, answered_at=request.path)
    app_request = AuthorizationRequest.from_json(flow.protocol)
    client = clients.app_that_sent(clients.app_of(flow.service).client_id, app_request.redirect_uri)  # as of now
    if request.method == "POST":
        with transaction.atomic():
            storage.give_up(flow, now)
            events.record(Kind.DECLINED, request_facts.origin_of(request), now, service=client.service)
        return _to_app(app_request.redirect_uri, app_request.state, error="access_denied")
    facts = request_facts.of_browser(request, flow.touch_points)
    step = dispatcher.conclude_with_proof(flow, facts, now, lambda proved: codes.make(client, app_request, proved, now))
    match step:
        case Concluded(code, _):
            return _to_app(app_request.redirect_uri, app_request.state, code=code)
        case Refuse() if flow.finished_at is not None:  # the rules changed after the code was checked
            return rendering.refusal(request, flow, step, facts)
    return rendering.see_other(rendering.address(flow))


@csrf_exempt
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Sign out the device of a token, current or old. Answers 200 for any token (RFC 7009 section 2.2).

    Raises InvalidRequest.
    """
    now = clock.now()
    token = request.POST.get("token", "")
    if not token:
        raise InvalidRequest("no token", sentence="token is missing.")
    facts = request_facts.of_app(request, request.POST.get("client_id", ""), token)
    owner = bearer.of(token, now)
    if owner is not None and owner.device is not None and facts.client in ("", owner.client.client_id):
        app_sign_in.sign_out_device(owner.device, facts, now)
    else:
        app_sign_in.sign_out(facts, now)
    return JsonResponse({})


@require_safe
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Use an app's link, once, and redirect the browser to the service. A browser's prefetch does not use it up."""
    if request_facts.looks_ahead(request):
        return HttpResponse(status=503)  # the browser asks again when a person opens it
    if request.method == "HEAD":
        return HttpResponse()
    opened = links.open_once(secret, clock.now())
    response = rendering.see_other(reverse("saml_start", args=[opened.service]))
    cookies.write_loan(response, opened.loan_secret)
    return response


@require_safe
def metadata(_: HttpRequest) -> HttpResponse:
    """Publish the metadata of the authorization server (RFC 8414 section 3)."""
    response = JsonResponse(server_metadata.describe(settings.LATCHKEY.base_url))
    response["Cache-Control"] = f"public, max-age={METADATA_AGE}"
    return response


def _respond_address(flow_id: UUID) -> str:
    return f"/oauth/respond/{flow_id}"


def _only(values: list[str] | None) -> str:
    """Return a parameter that occurs exactly once, or ""."""
    return values[0] if values is not None and len(values) == 1 else ""


def _to_app(redirect_uri: str, state: str, **parameters: str) -> HttpResponse:
    """Redirect the browser to an app. Django's redirect classes refuse an app's own scheme."""
    response = HttpResponse(status=303)
    response["Location"] = authorization.response_uri(redirect_uri, state, settings.LATCHKEY.base_url, **parameters)
    return response
